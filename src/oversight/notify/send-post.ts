import type { World } from '../../fleet/slots.ts';
import { usageError } from '../../ground/errors.ts';
import type { HttpHead } from '../../ground/runtime/context.ts';
import { excerpt, retryAfter } from '../../ground/runtime/http-answer.ts';
import type { Delivery } from './port.ts';

/** One request of a channel. */
export interface Post {
  /** As sentences name who gets it: `Slack`, `the receiver`. */
  readonly receiver: string;
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  /** Beside those that every post has; revealed. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; absent: nothing is sent along. */
  readonly body?: string;
  readonly timeoutMs: number;
}

/** `refused`: the delivery that a status which is no success comes to. */
export type PostAnswer =
  | { readonly text: string; readonly refused: null }
  | { readonly status: number | null; readonly refused: Exclude<Delivery, { result: 'sent' }> };

const maxAnswerBytes = 64 * 1024;

/** What no further attempt can make better: the body is refused, or the address is gone for good. All else can be mended meanwhile. */
const lastingStatus: ReadonlySet<number> = new Set([400, 410, 413, 415, 422]);

/** One exchange with whoever brings messages to people: no redirect is followed, no link-local address reached. Throws a usage error for a url that is none. */
export const sendPost = async (world: World, post: Post, signal: AbortSignal): Promise<PostAnswer> => {
  const { method = 'POST', timeoutMs: totalMs } = post;
  if (!URL.canParse(post.url))
    throw usageError({ code: 'channel_url_invalid', message: `the url of ${post.receiver} does not stand for an http or https URL` });
  const pieces: Uint8Array[] = [];
  const { head, failure } = await world.http.send(
    {
      method,
      url: post.url,
      headers: {
        'user-agent': 'agentops-fleet',
        ...(post.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...post.headers,
      },
      ...(post.body === undefined ? {} : { body: post.body }),
      limits: { connectMs: totalMs, firstByteMs: totalMs, stallMs: totalMs, totalMs, maxBytes: maxAnswerBytes },
      guarded: true,
    },
    {
      data(piece) {
        pieces.push(piece);
        return 'more';
      },
    },
    signal,
  );
  const text = Buffer.concat(pieces).toString('utf8');
  // What an accepting receiver says afterwards is of no interest: it has the message.
  if (head !== null && head.status >= 200 && head.status < 300) return { text, refused: null };
  if (head === null || failure?.kind === 'redirected')
    return { status: null, refused: { result: 'retry', afterMs: null, why: world.secrets.mask(failure?.message ?? 'no answer came') } };
  const said = world.secrets.mask(excerpt(text));
  return { status: head.status, refused: refusal(post.receiver, head, said === '' ? '' : `: ${said}`, world.clock.now()) };
};

const refusal = (receiver: string, head: HttpHead, said: string, now: number): Exclude<Delivery, { result: 'sent' }> => {
  const why = `${receiver} answered HTTP ${head.status}${said}`;
  return lastingStatus.has(head.status) ? { result: 'rejected', why } : { result: 'retry', afterMs: retryAfter(head, now), why };
};
