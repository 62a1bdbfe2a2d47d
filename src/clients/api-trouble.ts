import { type OpsError, unableError } from '../ground/errors.ts';
import type { Json } from '../ground/json.ts';
import type { HttpFailure, HttpHead, HttpOutcome } from '../ground/runtime/context.ts';
import { errorText, excerpt, isHtml, retryAfter } from '../ground/runtime/http-answer.ts';
import { humanDuration } from '../ground/units/duration.ts';

/** Why a question to an API has no usable answer. Its text is masked, and still untrusted. */
export interface ApiTrouble {
  readonly code: 'backend_unauthorized' | 'backend_failed' | 'backend_limited' | 'backend_malformed';
  /** Null where no answer came. */
  readonly status: number | null;
  /** The body, where it is JSON. */
  readonly json: Json | undefined;
  /** What asking for less may cure: a `query` that took the server too long, an `answer` too large to send. */
  readonly tooMuch: 'query' | 'answer' | null;
  /** Whether the same question may be answered better: `later` where the server limits how often it is asked. */
  readonly again: 'no' | 'once' | 'yes' | 'later';
  /** False: nothing of the question can have reached the server. */
  readonly sent: boolean;
  /** Milliseconds the server asked to wait; null where it did not. */
  readonly retryAfterMs: number | null;
  readonly message: string;
  readonly hint: string | null;
}

/** The error that ends a command over a trouble. Exit 3. */
export const troubleError = ({ code, message, hint, status }: ApiTrouble): OpsError =>
  unableError({ code, message, details: { status }, ...(hint === null ? {} : { hint }) });

/** The trouble of an answer that is JSON, but not what this API answers with. */
export const shapeTrouble = (host: string, asked: string, what: string): ApiTrouble => ({
  code: 'backend_malformed',
  status: 200,
  json: undefined,
  tooMuch: null,
  again: 'no',
  sent: true,
  retryAfterMs: null,
  message: `${host} answered ${asked} with ${what}`,
  hint: null,
});

/** One exchange as it ended, with what is needed to speak of it. */
export interface Exchanged {
  /** `Langfuse`, `LangSmith`: as sentences name the product. */
  readonly product: string;
  readonly host: string;
  /** `GET /api/public/projects`: never the query, which may hold names of people. */
  readonly asked: string;
  readonly outcome: HttpOutcome;
  /** The body as far as it came, secrets masked. */
  readonly text: string;
  /** Undefined where the body is not JSON. */
  readonly json: Json | undefined;
  /** Why the bytes are no text at all; null where they are. */
  readonly unreadable: string | null;
  /** UTC epoch milliseconds. */
  readonly now: number;
}

/** What is wrong with an exchange, or null where it brought JSON with a status of success. A refusal by status outranks a broken-off body. */
export const troubleOf = (exchanged: Exchanged): ApiTrouble | null => {
  const { head, failure } = exchanged.outcome;
  if (head !== null && (head.status < 200 || head.status >= 300) && failure?.kind !== 'redirected') return statusTrouble(exchanged, head);
  if (failure !== null) return failureTrouble(exchanged, failure);
  return bodyTrouble(exchanged);
};

const trouble = (
  { outcome, json }: Exchanged,
  parts: Pick<ApiTrouble, 'code' | 'message'> & Partial<Pick<ApiTrouble, 'tooMuch' | 'again' | 'retryAfterMs' | 'hint'>>,
): ApiTrouble => ({
  status: outcome.head?.status ?? null,
  json,
  tooMuch: null,
  again: 'no',
  sent: outcome.failure === null || !isUnsent(outcome.failure),
  retryAfterMs: null,
  hint: null,
  ...parts,
});

/** No connection came about. TLS is no proof of that: it can also break while something is being sent. */
const isUnsent = (failure: HttpFailure): boolean =>
  ['refused', 'no_such_host', 'own_network'].includes(failure.kind) || (failure.kind === 'timeout' && failure.phase === 'connect');

/** 408, the gateways' own timeouts, and what servers say when their database gave up (also with a plain 500 or 422). */
const slowStatus = new Set([408, 422, 504, 524]);
const limitStatus = new Set([429, 529]);
const saysTimeout = /tim(?:e|ed)[ -]?out/i;

const statusTrouble = (exchanged: Exchanged, head: HttpHead): ApiTrouble => {
  const { product, host, asked, text, now } = exchanged;
  const { status } = head;
  const told = excerpt(errorText(text));
  const said = told === '' ? '' : `: ${told}`;
  const retryAfterMs = retryAfter(head, now);
  if (status === 401 || status === 403) {
    const message = `${host} does not accept the credentials (HTTP ${status} to ${asked})${said}`;
    const hint = `check that the key is one of this ${product} and that the url is the one it was made for`;
    return trouble(exchanged, { code: 'backend_unauthorized', message, hint });
  }
  if (limitStatus.has(status)) {
    const message = `${host} limits how often it is asked (HTTP ${status} to ${asked})${pauseSaid(retryAfterMs, now)}`;
    return trouble(exchanged, { code: 'backend_limited', message, retryAfterMs, again: 'later' });
  }
  const message = `${host} answered HTTP ${status} to ${asked}${said}`;
  if (status >= 500 || slowStatus.has(status)) {
    const isSlow = slowStatus.has(status) || (status === 500 && saysTimeout.test(text));
    const again = status === 422 ? 'no' : isSlow ? 'once' : 'yes';
    return trouble(exchanged, { code: 'backend_failed', message, retryAfterMs, again, tooMuch: isSlow ? 'query' : null });
  }
  if (isHtml(text)) return trouble(exchanged, { code: 'backend_malformed', message, hint: addressHint(product) });
  return trouble(exchanged, { code: 'backend_failed', message, tooMuch: status === 413 ? 'answer' : null });
};

const pauseSaid = (retryAfterMs: number | null, now: number): string =>
  retryAfterMs === null
    ? ''
    : ` and wants a pause of ${humanDuration(retryAfterMs)}, until ${new Date(Math.min(now + retryAfterMs, 8.64e15)).toISOString()}`;

const addressHint = (product: string): string => `is the url the address of ${product}? A sign-in page or a proxy may stand before it`;

const lasting: readonly HttpFailure['kind'][] = ['tls', 'no_such_host'];

const failureTrouble = (exchanged: Exchanged, failure: HttpFailure): ApiTrouble => {
  const message = `${failure.message} (${exchanged.asked})`;
  if (failure.kind === 'too_large') return trouble(exchanged, { code: 'backend_failed', message, tooMuch: 'answer' });
  if (failure.kind === 'redirected' || failure.kind === 'protocol') {
    return trouble(exchanged, { code: 'backend_malformed', message, hint: addressHint(exchanged.product) });
  }
  if (failure.kind === 'timeout' && failure.phase !== 'connect') {
    return trouble(exchanged, { code: 'backend_failed', message, again: 'once', tooMuch: 'query' });
  }
  return trouble(exchanged, { code: 'backend_failed', message, again: lasting.includes(failure.kind) ? 'no' : 'yes' });
};

const bodyTrouble = (exchanged: Exchanged): ApiTrouble | null => {
  const { product, host, asked, text, json, unreadable } = exchanged;
  if (unreadable === null && json !== undefined) return null;
  const malformed = (what: string, parts: Partial<Pick<ApiTrouble, 'again' | 'hint'>> = {}) =>
    trouble(exchanged, { code: 'backend_malformed', message: `${host} answered ${asked} with ${what}`, ...parts });
  if (unreadable !== null) return malformed(unreadable);
  if (text.trim() === '') return malformed('an empty body');
  if (isHtml(text)) return malformed('an HTML page where JSON was expected', { hint: addressHint(product) });
  return malformed(`something that is not JSON: ${excerpt(text)}`, { again: 'once' });
};
