import { digString, parseJson } from '../json.ts';
import type { HttpHead } from './context.ts';

/** How long the server asked to wait, in ms, as seconds or as a date (RFC 9110, section 10.2.3); also the millisecond header of OpenAI-shaped gateways. */
export const retryAfter = (head: HttpHead | null, now: number): number | null => {
  const ms = Number(head?.headers['retry-after-ms']);
  if (head?.headers['retry-after-ms'] !== undefined && Number.isFinite(ms) && ms >= 0) return ms;
  const value = head?.headers['retry-after'];
  if (value === undefined) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
};

/** The message inside the error bodies that servers and gateways send; the body itself where it has none; nothing of an HTML page. */
export const errorText = (text: string): string => {
  const json = parseJson(text);
  if (json === undefined) return isHtml(text) ? 'an HTML page' : text;
  const told = [['error', 'message'], ['error'], ['message'], ['detail']].map((path) => digString(json, ...path));
  return told.find((message) => message !== null) ?? text;
};

/** A web page stands where data was expected: a sign-in page, a proxy, a wrong address. */
export const isHtml = (text: string): boolean => /^\s*</.test(text);

/** The first 200 characters of an untrusted text, on one line. */
export const excerpt = (text: string): string => {
  const line = text.slice(0, 2000).replace(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
};
