import type { World } from '../../fleet/slots.ts';
import { digString, type Json, parseJson } from '../../ground/json.ts';
import type { HttpFailure, HttpHead, HttpOutcome, HttpRequest, SecretRef } from '../../ground/runtime/context.ts';
import type { Ask, Outcome } from './port.ts';
import { ndjsonReader, type StreamEvent, sseReader } from './sse.ts';
import { excerpt, type Said, type Wire } from './turn.ts';

/** Folds the events of one streamed answer. */
export interface StreamReader {
  event(event: StreamEvent): void;
  /** The body ended well: what tells the end where the protocol has no terminal event. */
  close?(): void;
  /** Content has begun: the moment of the first token. */
  readonly begun: boolean;
  /** The terminal event was seen: nothing after it is read. */
  readonly ended: boolean;
  /** Why the stream is not the protocol; null while it is. */
  readonly broken: string | null;
}

/** Something that is wrong before any protocol is asked. */
export interface Trouble {
  readonly outcome: Exclude<Outcome, 'ok'>;
  readonly cause: string;
  readonly detail: string;
}

export interface Exchange {
  readonly head: HttpHead | null;
  /** The body as JSON; undefined where it is not JSON or was read as a stream. */
  readonly json: Json | undefined;
  /** The body as text; empty where it was read as a stream. */
  readonly text: string;
  readonly streamed: boolean;
  /** What is wrong at the level of HTTP, or with the body as such; the protocol may know better from `json`. */
  readonly trouble: Trouble | null;
  readonly wire: Wire;
}

export interface ExchangeRequest {
  readonly method?: HttpRequest['method'];
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  /** Reads the body where the server answers a stream; without one a stream is malformed. */
  readonly reader?: StreamReader;
  /** Taken for a stream of JSON lines whatever the content type says. */
  readonly ndjson?: boolean;
  /** An answer without a body is fine (204, HEAD). */
  readonly emptyOk?: boolean;
  /** Any text will do; it need not be JSON. */
  readonly textOk?: boolean;
}

/** Bytes of one answer that are read before it is called malformed. */
export const maxAnswerBytes = 8 * 1024 * 1024;

/** What every HTTP request of a turn carries: the manifest's headers, the trace context, and the mark of a synthetic request. */
export const turnHeaders = (headers: Readonly<Record<string, SecretRef>> | undefined, world: World, ask: Ask): Record<string, string> => {
  const sent: Record<string, string> = {
    'user-agent': 'agentops-fleet',
    'x-agentops-synthetic': '1',
    traceparent: `00-${ask.traceId}-${ask.spanId}-01`,
  };
  for (const [name, value] of Object.entries(headers ?? {})) sent[name.toLowerCase()] = world.secrets.reveal(value);
  return sent;
};

/** One request of a turn: JSON out, JSON or a stream back, everything that can go wrong classed. Never throws. */
export const sendExchange = async (world: World, ask: Ask, request: ExchangeRequest, signal: AbortSignal): Promise<Exchange> => {
  const startedAt = world.clock.monotonic();
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let firstTokenMs: number | null = null;
  let events = 0;
  let streamed = false;
  let chunks: ReturnType<typeof sseReader> | null = null;
  const { reader } = request;

  const onEvent = (event: StreamEvent) => {
    if (reader === undefined || reader.ended || reader.broken !== null) return;
    events += 1;
    reader.event(event);
    if (reader.begun && firstTokenMs === null) firstTokenMs = world.clock.monotonic() - startedAt;
  };

  const outcome = await world.http.send(
    {
      method: request.method ?? 'POST',
      url: request.url,
      headers: {
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        accept: 'application/json',
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      limits: { ...ask.limits, maxBytes: maxAnswerBytes },
    },
    {
      head(head) {
        const type = head.headers['content-type'] ?? '';
        streamed = reader !== undefined && head.status < 300 && (type.includes('text/event-stream') || request.ndjson === true);
        if (streamed) chunks = request.ndjson === true ? ndjsonReader(onEvent) : sseReader(onEvent);
      },
      data(chunk) {
        const text = decoder.decode(chunk, { stream: true });
        if (chunks === null) pieces.push(text);
        else chunks.feed(text);
        return streamed && (reader?.ended || reader?.broken != null) ? 'stop' : 'more';
      },
    },
    signal,
  );
  const rest = decoder.decode();
  const open = chunks as ReturnType<typeof sseReader> | null;
  if (open === null) pieces.push(rest);
  else if (outcome.failure === null) {
    open.feed(rest);
    open.end();
    reader?.close?.();
  }
  const text = pieces.join('');
  const json = streamed || text.trim() === '' ? undefined : parseJson(text);
  return {
    head: outcome.head,
    json,
    text,
    streamed,
    trouble:
      transportTrouble(outcome) ??
      statusTrouble(request.url, outcome.head, text) ??
      (streamed && reader !== undefined ? streamTrouble(request.url, reader, events) : bodyTrouble(request, text, json)),
    wire: {
      httpStatus: outcome.head?.status ?? null,
      timings: { ...outcome.timings, firstTokenMs },
      retryAfterMs: retryAfter(outcome.head, world.clock.now()),
      certificateDays: outcome.certificateDays,
    },
  };
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

const statusTrouble = (url: string, head: HttpHead | null, text: string): Trouble | null => {
  if (head === null || (head.status >= 200 && head.status < 300)) return null;
  const { status } = head;
  const said = excerpt(errorText(text));
  const detail = `${new URL(url).host} answered HTTP ${status}${said === '' ? '' : `: ${said}`}`;
  const outcome = status === 401 || status === 403 ? 'unauthorized' : status === 429 || status === 529 ? 'rate_limited' : 'agent_error';
  return { outcome, cause: `http ${status}`, detail };
};

/** The message inside the error bodies that agents and gateways send; the body itself where it has none; nothing of an HTML page. */
const errorText = (text: string): string => {
  const json = parseJson(text);
  if (json === undefined) return /^\s*</.test(text) ? 'an HTML page' : text;
  const told = [['error', 'message'], ['error'], ['message'], ['detail']].map((path) => digString(json, ...path));
  return told.find((message) => message !== null) ?? text;
};

const streamTrouble = (url: string, reader: StreamReader, events: number): Trouble | null => {
  const { host } = new URL(url);
  if (reader.broken !== null)
    return { outcome: 'malformed', cause: 'broken stream', detail: `${host} sent a stream that is not the protocol: ${reader.broken}` };
  if (reader.ended) return null;
  if (events === 0) return { outcome: 'malformed', cause: 'empty stream', detail: `${host} sent a stream without a single event` };
  return { outcome: 'truncated', cause: 'stream ended early', detail: `the stream of ${host} ended without its last event` };
};

const bodyTrouble = (request: ExchangeRequest, text: string, json: Json | undefined): Trouble | null => {
  if (json !== undefined || request.textOk === true) return null;
  const { host } = new URL(request.url);
  if (text.trim() === '')
    return request.emptyOk === true ? null : { outcome: 'malformed', cause: 'empty body', detail: `${host} sent an empty answer` };
  if (/^\s*</.test(text)) return { outcome: 'malformed', cause: 'html', detail: `${host} sent an HTML page where JSON was expected` };
  return { outcome: 'malformed', cause: 'broken json', detail: `${host} sent something that is not JSON: ${excerpt(text)}` };
};

/** RFC 9110, section 10.2.3: seconds or a date. Also the millisecond header that OpenAI-shaped gateways send. */
const retryAfter = (head: HttpHead | null, now: number): number | null => {
  const ms = Number(head?.headers['retry-after-ms']);
  if (head?.headers['retry-after-ms'] !== undefined && Number.isFinite(ms) && ms >= 0) return ms;
  const value = head?.headers['retry-after'];
  if (value === undefined) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
};

/** What is said when the trouble is all there is. */
export const troubleSaid = (trouble: Trouble): Said => ({ outcome: trouble.outcome, cause: trouble.cause, detail: trouble.detail });
