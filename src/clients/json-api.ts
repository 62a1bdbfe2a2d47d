import type { World } from '../fleet/slots.ts';
import { usageError } from '../ground/errors.ts';
import { type Json, parseJson } from '../ground/json.ts';
import type { HttpHead, HttpOutcome, HttpRequest } from '../ground/runtime/context.ts';
import { isHtml } from '../ground/runtime/http-answer.ts';
import { type ApiTrouble, troubleError, troubleOf } from './api-trouble.ts';

export interface JsonApiParts {
  /** As sentences name it: `Langfuse`. */
  readonly product: string;
  /** The address that every path is added to. Called when something is sent, because it may hold a secret. */
  url(): string;
  /** Credentials and other headers of every request; called when something is sent. */
  headers(): Readonly<Record<string, string>>;
  /** How long one answer may take, in ms. */
  readonly timeoutMs: number;
  /** Bytes of one answer; default 32 MiB. */
  readonly maxBytes?: number;
  /** As of `HttpRequest`; default: false. */
  readonly guarded?: boolean;
}

export type QueryValue = string | number | boolean | null | readonly string[];

export interface ApiRequest {
  readonly method?: HttpRequest['method'];
  /** Below the address; segments encoded by the caller. It cannot lead to another host. */
  readonly path: string;
  /** Null is left out, a list repeats the name. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON; a string is sent as it is, under the content type of `headers`. */
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sending it twice does no harm; default: true for GET. What is not is sent again only after a 429, which did nothing. */
  readonly repeatable?: boolean;
  /** Attempts at most; default 4. */
  readonly attempts?: number;
  /** An answer without a body (204) is fine: it is read as null. */
  readonly emptyOk?: boolean;
  /** An answer that is no JSON is fine, unless it is a page of HTML: it is read as a text. */
  readonly textOk?: boolean;
}

export interface ApiAnswer {
  readonly json: Json;
  readonly head: HttpHead;
}

export type Reading = { readonly answer: ApiAnswer; readonly trouble: null } | { readonly answer: null; readonly trouble: ApiTrouble };

/** An HTTP API that answers JSON, asked with patience: failures are tried again with growing pauses, limits are waited for. */
export interface JsonApi {
  /** `host` or `host:port`, as sentences name it. */
  host(): string;
  /** Never throws for what the network or the server did. Throws the signal's reason when it is aborted. */
  ask(request: ApiRequest, signal: AbortSignal): Promise<Reading>;
  /** As `ask`, but any trouble is thrown as an `OpsError` of kind `unable` with the trouble's code. */
  read(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer>;
}

const defaultMaxBytes = 32 * 1024 * 1024;
const connectMs = 10_000;

export const openJsonApi = (parts: JsonApiParts, world: World): JsonApi => {
  const ask = async (request: ApiRequest, signal: AbortSignal): Promise<Reading> => {
    for (let attempt = 1; ; attempt++) {
      const reading = await exchange(parts, request, world, signal);
      signal.throwIfAborted();
      if (reading.trouble === null) return reading;
      const waitMs = retryWait(reading.trouble, request, attempt, world.random());
      if (waitMs === null) return { answer: null, trouble: afterAttempts(reading.trouble, attempt) };
      await world.clock.sleep(waitMs, signal);
    }
  };
  return {
    host: () => baseOf(parts).host,
    ask,
    read: async (request, signal) => {
      const { answer, trouble } = await ask(request, signal);
      if (trouble !== null) throw troubleError(trouble);
      return answer;
    },
  };
};

const firstWaitMs = 1000;
const longestBackoffMs = 30_000;
/** A longer pause is for a person to decide on: some limits are per day. */
const longestPauseMs = 5 * 60_000;
const limitedAttempts = 10;

/**
 * How long to wait before the next attempt, in ms; null: there is none. The server's own wish is obeyed up to five minutes.
 * @param attempt how many attempts were made; 1 after the first
 * @param random in [0, 1): spreads the pauses of many clients
 */
export const retryWait = (
  trouble: Pick<ApiTrouble, 'again' | 'retryAfterMs'>,
  request: Pick<ApiRequest, 'method' | 'repeatable' | 'attempts'>,
  attempt: number,
  random: number,
): number | null => {
  const { again, retryAfterMs } = trouble;
  const isRepeatable = request.repeatable ?? (request.method ?? 'GET') === 'GET';
  const most = request.attempts ?? 4;
  const allowed = { no: 1, once: Math.min(2, most), yes: most, later: most === 1 ? 1 : limitedAttempts }[again];
  if (attempt >= allowed || (again !== 'later' && !isRepeatable)) return null;
  const backoff = Math.min(longestBackoffMs, firstWaitMs * 2 ** (attempt - 1)) * (0.5 + random);
  const wanted = Math.max(retryAfterMs ?? 0, retryAfterMs === null ? backoff : 0);
  return wanted > longestPauseMs ? null : wanted;
};

const afterAttempts = (trouble: ApiTrouble, attempts: number): ApiTrouble =>
  attempts === 1 ? trouble : { ...trouble, message: `${trouble.message} (after ${attempts} attempts)` };

const baseOf = ({ product, url }: JsonApiParts): URL => {
  const text = url();
  const base = URL.canParse(text) ? new URL(text) : null;
  if (base !== null && (base.protocol === 'http:' || base.protocol === 'https:')) return base;
  throw usageError({ code: 'url_invalid', message: `the url of ${product} does not stand for an http or https URL` });
};

const urlOf = (base: URL, { path, query = {} }: ApiRequest): string => {
  const url = new URL(base);
  url.pathname = base.pathname.replace(/\/+$/, '') + path;
  url.search = '';
  url.hash = '';
  for (const [name, value] of Object.entries(query)) {
    if (value === null) continue;
    for (const each of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(each));
  }
  return url.href;
};

/** One attempt. */
const exchange = async (parts: JsonApiParts, request: ApiRequest, world: World, signal: AbortSignal): Promise<Reading> => {
  const base = baseOf(parts);
  const { method = 'GET', body } = request;
  const collected = collectText();
  const outcome: HttpOutcome = await world.http.send(
    {
      method,
      url: urlOf(base, request),
      headers: {
        accept: 'application/json',
        'user-agent': 'agentops-fleet',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...parts.headers(),
        ...request.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      limits: {
        connectMs: Math.min(connectMs, parts.timeoutMs),
        firstByteMs: parts.timeoutMs,
        stallMs: parts.timeoutMs,
        totalMs: parts.timeoutMs,
        maxBytes: parts.maxBytes ?? defaultMaxBytes,
      },
      guarded: parts.guarded ?? false,
    },
    collected,
    signal,
  );
  const { text, unreadable } = collected.ended();
  const isEmpty = unreadable === null && text.trim() === '';
  const asJson = isEmpty && request.emptyOk === true ? null : unreadable === null && !isEmpty ? parseJson(text) : undefined;
  const isText = asJson === undefined && request.textOk === true && unreadable === null && !isEmpty && !isHtml(text);
  const json = isText ? text : asJson;
  const trouble = troubleOf({
    product: parts.product,
    host: base.host,
    asked: `${method} ${request.path}`,
    outcome,
    // Servers like to repeat the key that they refuse; a long body is of no use in a sentence.
    text: json === undefined || outcome.head === null || outcome.head.status >= 300 ? world.secrets.mask(text.slice(0, longestQuoted)) : '',
    json,
    unreadable,
    now: world.clock.now(),
  });
  if (trouble === null && json !== undefined && outcome.head !== null) return { answer: { json, head: outcome.head }, trouble };
  if (trouble === null) throw new Error('an exchange without trouble has an answer');
  return { answer: null, trouble };
};

/** Characters of a body that are looked at to say what is wrong. */
const longestQuoted = 16_384;

/** Takes a body in as UTF-8 text. */
const collectText = () => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const pieces: string[] = [];
  let unreadable: string | null = null;
  const decode = (bytes?: Uint8Array) => {
    try {
      pieces.push(bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }));
    } catch {
      unreadable ??= 'bytes that are not UTF-8';
    }
  };
  return {
    head({ headers }: HttpHead) {
      const encoding = headers['content-encoding'] ?? 'identity';
      if (encoding !== 'identity') unreadable = 'a compressed body although it was asked not to';
    },
    data(bytes: Uint8Array): 'more' | 'stop' {
      if (unreadable === null) decode(bytes);
      return unreadable === null ? 'more' : 'stop';
    },
    ended(): { readonly text: string; readonly unreadable: string | null } {
      if (unreadable === null) decode();
      return { text: unreadable === null ? pieces.join('') : '', unreadable };
    },
  };
};
