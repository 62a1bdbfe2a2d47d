import type { World } from '../../fleet/slots.ts';
import { usageError } from '../../ground/errors.ts';
import { type Json, parseJson } from '../../ground/json.ts';
import type { HttpHead, HttpRequest, SecretRef } from '../../ground/runtime/context.ts';
import { retryAfter } from '../../ground/runtime/http-answer.ts';
import { streamTrouble, type Trouble, type Unreadable, unreadableTrouble, wholeTrouble, wireTrouble } from './exchange-trouble.ts';
import type { Ask } from './port.ts';
import { type ChunkReader, ndjsonReader, type StreamEvent, sseReader } from './sse.ts';
import { excerpt, type Wire } from './turn.ts';

export { type Trouble, troubleSaid } from './exchange-trouble.ts';

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
  /** Only the head of the answer counts: its body is not read. */
  readonly headOnly?: boolean;
  /** An answer without a body is fine (204, HEAD). */
  readonly emptyOk?: boolean;
  /** Any text will do, so long as there is some; it need not be JSON. */
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
        if (request.headOnly === true) return 'stop';
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
    if (streamed && intact && !endsInsideEvent) reader?.close?.();
  }
  const text = pieces.join('');
  const json = streamed || text.trim() === '' ? undefined : parseJson(text);
  const trouble =
    wireTrouble(host, outcome, text) ??
    unreadableTrouble(host, unreadable) ??
    (streamed && reader !== undefined ? streamTrouble(host, reader, events, endsInsideEvent) : wholeTrouble(host, request, text, json));
  return {
    host,
    head: outcome.head,
    json,
    text,
    streamed,
    trouble,
    wire: {
      httpStatus: outcome.head?.status ?? null,
      timings: { ...outcome.timings, firstTokenMs },
      retryAfterMs: retryAfter(outcome.head, world.clock.now()),
      certificateDays: outcome.certificateDays,
    },
  };
};
