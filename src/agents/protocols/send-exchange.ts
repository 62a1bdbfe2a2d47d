import type { World } from '../../fleet/slots.ts';
import { usageError } from '../../ground/errors.ts';
import { digString, type Json, parseJson } from '../../ground/json.ts';
import type { HttpFailure, HttpHead, HttpOutcome, HttpRequest, SecretRef } from '../../ground/runtime/context.ts';
import type { Ask, Outcome } from './port.ts';
import { type ChunkReader, ndjsonReader, type StreamEvent, sseReader } from './sse.ts';
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
  /** Who was asked, as sentences name it. */
  readonly host: string;
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

/** The URL of an endpoint with `path` added to it; its query stays. Throws a usage error where it turns out to be no URL. */
export const endpointUrl = (url: SecretRef, world: World, path = ''): string => {
  const text = world.secrets.reveal(url);
  if (!URL.canParse(text)) throw usageError({ code: 'url_invalid', message: `${url.secret} does not stand for a URL` });
  const whole = new URL(text);
  if (path !== '') whole.pathname = whole.pathname.replace(/\/+$/, '') + path;
  return whole.href;
};

/** One request of a turn: JSON out, JSON or a stream back, everything that can go wrong classed. Never throws. */
export const sendExchange = async (world: World, ask: Ask, request: ExchangeRequest, signal: AbortSignal): Promise<Exchange> => {
  const startedAt = world.clock.monotonic();
  const { host } = new URL(request.url);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const pieces: string[] = [];
  let firstTokenMs: number | null = null;
  let events = 0;
  let streamed = false;
  let unreadable: Unreadable | null = null;
  let endsInsideEvent = false;
  let chunks: ChunkReader | null = null;
  const { reader } = request;

  const onEvent = (event: StreamEvent) => {
    if (reader === undefined || reader.ended || reader.broken !== null) return;
    events += 1;
    reader.event(event);
    if (reader.begun && firstTokenMs === null) firstTokenMs = world.clock.monotonic() - startedAt;
  };
  const feed = (bytes?: Uint8Array) => {
    let text: string;
    try {
      text = bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch {
      unreadable = { cause: 'not utf-8', why: 'an answer that is not UTF-8' };
      return;
    }
    if (chunks === null) pieces.push(text);
    else chunks.feed(text);
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
      head({ status, headers }) {
        const encoding = headers['content-encoding'] ?? 'identity';
        if (encoding !== 'identity')
          unreadable = { cause: 'compressed', why: `a compressed answer (${excerpt(encoding)}) although it was asked not to` };
        streamed =
          reader !== undefined &&
          status < 300 &&
          (request.ndjson === true || (headers['content-type'] ?? '').includes('text/event-stream'));
        if (streamed) chunks = request.ndjson === true ? ndjsonReader(onEvent) : sseReader(onEvent);
      },
      data(bytes) {
        if (unreadable === null) feed(bytes);
        return unreadable !== null || (streamed && (reader?.ended || reader?.broken != null)) ? 'stop' : 'more';
      },
    },
    signal,
  );
  if (outcome.failure === null && unreadable === null && !(streamed && reader?.ended)) {
    const intact = reader?.broken === null;
    feed();
    (chunks as ChunkReader | null)?.end();
    endsInsideEvent = intact && reader?.broken !== null;
  }
  const text = pieces.join('');
  const json = streamed || text.trim() === '' ? undefined : parseJson(text);
  const bodyTrouble = () =>
    streamed && reader !== undefined ? streamTrouble(host, reader, events, endsInsideEvent) : wholeTrouble(host, request, text, json);
  return {
    host,
    head: outcome.head,
    json,
    text,
    streamed,
    trouble: transportTrouble(outcome) ?? statusTrouble(host, outcome.head, text) ?? unreadableTrouble(host, unreadable) ?? bodyTrouble(),
    wire: {
      httpStatus: outcome.head?.status ?? null,
      timings: { ...outcome.timings, firstTokenMs },
      retryAfterMs: retryAfter(outcome.head, world.clock.now()),
      certificateDays: outcome.certificateDays,
    },
  };
};

/** Bytes that are not text, whatever protocol they were meant for. */
interface Unreadable {
  readonly cause: string;
  readonly why: string;
}

const unreadableTrouble = (host: string, unreadable: Unreadable | null): Trouble | null =>
  unreadable === null ? null : { outcome: 'malformed', cause: unreadable.cause, detail: `${host} sent ${unreadable.why}` };

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

/** The message inside the error bodies that agents and gateways send; the body itself where it has none; nothing of an HTML page. */
const errorText = (text: string): string => {
  const json = parseJson(text);
  if (json === undefined) return /^\s*</.test(text) ? 'an HTML page' : text;
  const told = [['error', 'message'], ['error'], ['message'], ['detail']].map((path) => digString(json, ...path));
  return told.find((message) => message !== null) ?? text;
};

const streamTrouble = (host: string, reader: StreamReader, events: number, endsInsideEvent: boolean): Trouble | null => {
  if (reader.broken !== null && !endsInsideEvent) {
    return { outcome: 'malformed', cause: 'broken stream', detail: `${host} sent a stream that is not the protocol: ${reader.broken}` };
  }
  if (reader.ended) return null;
  if (events === 0) return { outcome: 'malformed', cause: 'empty stream', detail: `${host} sent a stream without a single event` };
  return { outcome: 'truncated', cause: 'stream ended early', detail: `the stream of ${host} ended without its last event` };
};

const wholeTrouble = (host: string, request: ExchangeRequest, text: string, json: Json | undefined): Trouble | null => {
  if (json !== undefined || request.textOk === true) return null;
  if (text.trim() === '') {
    return request.emptyOk === true ? null : { outcome: 'malformed', cause: 'empty body', detail: `${host} sent an empty answer` };
  }
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
