import type { Json } from '../../ground/json.ts';
import type { HttpFailure, HttpHead, HttpOutcome } from '../../ground/runtime/context.ts';
import { errorText, excerpt, isHtml } from '../../ground/runtime/http-answer.ts';
import type { Outcome } from './port.ts';
import type { Said } from './turn.ts';

/** Something that is wrong before any protocol is asked. */
export interface Trouble {
  readonly outcome: Exclude<Outcome, 'ok'>;
  readonly cause: string;
  readonly detail: string;
}

/** Bytes that are not text, whatever protocol they were meant for. */
export interface Unreadable {
  readonly cause: string;
  readonly why: string;
}

export const unreadableTrouble = (host: string, unreadable: Unreadable | null): Trouble | null =>
  unreadable === null ? null : { outcome: 'malformed', cause: unreadable.cause, detail: `${host} sent ${unreadable.why}` };

/** What is wrong before a byte of the body is judged. A refusal by status says more than a body of it that broke off. */
export const wireTrouble = (host: string, outcome: HttpOutcome, text: string): Trouble | null => {
  const { head, failure } = outcome;
  if (head !== null && head.status >= 400 && failure?.kind !== 'aborted') return statusTrouble(host, head, text);
  return transportTrouble(outcome) ?? statusTrouble(host, head, text);
};

const failureOutcome: Record<HttpFailure['kind'], Trouble['outcome']> = {
  refused: 'unreachable',
  reset: 'unreachable',
  tls: 'unreachable',
  no_such_host: 'unreachable',
  protocol: 'malformed',
  own_network: 'checker_error',
  timeout: 'timeout',
  too_large: 'malformed',
  redirected: 'malformed',
  aborted: 'checker_error',
};

const transportTrouble = ({ failure, head }: HttpOutcome): Trouble | null => {
  if (failure === null) return null;
  const cause = failure.kind === 'timeout' ? `${failure.phase} timeout` : failure.kind.replaceAll('_', ' ');
  if (head !== null && failure.kind === 'reset') {
    return { outcome: 'truncated', cause: 'broken off', detail: `${failure.message} in the middle of its answer` };
  }
  return { outcome: failureOutcome[failure.kind], cause, detail: failure.message };
};

const statusTrouble = (host: string, head: HttpHead | null, text: string): Trouble | null => {
  if (head === null || (head.status >= 200 && head.status < 300)) return null;
  const { status } = head;
  const said = excerpt(errorText(text));
  const detail = `${host} answered HTTP ${status}${said === '' ? '' : `: ${said}`}`;
  const outcome = status === 401 || status === 403 ? 'unauthorized' : status === 429 || status === 529 ? 'rate_limited' : 'agent_error';
  return { outcome, cause: `http ${status}`, detail };
};

export const streamTrouble = (
  host: string,
  reader: { readonly ended: boolean; readonly broken: string | null },
  events: number,
  endsInsideEvent: boolean,
): Trouble | null => {
  if (reader.broken !== null && !endsInsideEvent) {
    return { outcome: 'malformed', cause: 'broken stream', detail: `${host} sent a stream that is not the protocol: ${reader.broken}` };
  }
  if (reader.ended) return null;
  if (events === 0) return { outcome: 'malformed', cause: 'empty stream', detail: `${host} sent a stream without a single event` };
  return { outcome: 'truncated', cause: 'stream ended early', detail: `the stream of ${host} ended without its last event` };
};

export const wholeTrouble = (
  host: string,
  allowed: { readonly emptyOk?: boolean; readonly textOk?: boolean },
  text: string,
  json: Json | undefined,
): Trouble | null => {
  if (json !== undefined) return null;
  if (text.trim() === '') {
    return allowed.emptyOk === true ? null : { outcome: 'malformed', cause: 'empty body', detail: `${host} sent an empty answer` };
  }
  const html = (expected: string): Trouble => ({
    outcome: 'malformed',
    cause: 'html',
    detail: `${host} sent an HTML page where ${expected} was expected`,
  });
  // A whole page is a login or an error of something in between, and no agent's words; a fragment may be.
  if (allowed.textOk === true) return allowed.emptyOk !== true && /^\s*<(!doctype html|html)\b/i.test(text) ? html('an answer') : null;
  if (isHtml(text)) return html('JSON');
  return { outcome: 'malformed', cause: 'broken json', detail: `${host} sent something that is not JSON: ${excerpt(text)}` };
};

/** What is said when the trouble is all there is. */
export const troubleSaid = (trouble: Trouble): Said => ({ outcome: trouble.outcome, cause: trouble.cause, detail: trouble.detail });
