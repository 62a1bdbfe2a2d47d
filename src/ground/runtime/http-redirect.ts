import type { HttpHead, HttpRequest } from './context.ts';

const maxRedirects = 5;
const redirectStatus = new Set([301, 302, 303, 307, 308]);

/** Where an answer sends the client to; null where it is no redirect. */
export const redirectLocation = (head: HttpHead | null): string | null =>
  head !== null && redirectStatus.has(head.status) ? (head.headers['location'] ?? null) : null;

/**
 * The request that follows a redirect, or why it is not followed: credentials and prompts stay with the host and port they were
 * meant for, except that http may become https on the standard ports; TLS is never dropped; a body is never lost (RFC 9110, section 15.4).
 */
export const followRedirect = (
  request: HttpRequest,
  head: HttpHead,
  location: string,
  hops: number,
): HttpRequest | { readonly refused: string } => {
  const from = new URL(request.url);
  const refuse = (why: string) => ({ refused: `${from.host} answers ${head.status} and ${why}` });
  if (request.guarded === true) return refuse('redirects, which is not followed here');
  if (!URL.canParse(location, request.url)) return refuse('redirects to something that is not a URL');
  const to = new URL(location, request.url);
  if (hops >= maxRedirects) return refuse(`redirects more than ${maxRedirects} times`);
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return refuse('redirects to something that is not HTTP');
  if (to.host !== from.host) return refuse(`redirects to another host (${to.host}), which is not followed`);
  if (from.protocol === 'https:' && to.protocol !== 'https:') return refuse('redirects from https to http, which is not followed');
  const keepsMethod = head.status === 307 || head.status === 308 || request.method === 'GET' || request.method === 'HEAD';
  if (!keepsMethod)
    return refuse(`redirects a ${request.method} to ${to.pathname}, which would drop its body: use that URL in the manifest`);
  return { ...request, url: to.href };
};
