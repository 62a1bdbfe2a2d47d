import type { World } from '../fleet/slots.ts';
import { digArray, digNumber, digString, isObject, type Json } from '../ground/json.ts';
import type { SecretRef } from '../ground/runtime/context.ts';
import { type ApiTrouble, shapeTrouble, troubleError } from './api-trouble.ts';
import { type JsonApi, openJsonApi, type QueryValue } from './json-api.ts';

export interface LangfuseSettings {
  /** Cloud region or own server, without `/api`; it may have a base path. */
  readonly url: SecretRef;
  readonly public_key: SecretRef;
  readonly secret_key: SecretRef;
  /** How long one answer may take, in ms. */
  readonly timeoutMs: number;
}

/**
 * What a server can do; not the version of an endpoint. `v4`: cursors, and no trace objects. `v4-dual`: that and all of v3 beside it.
 * `v3`: numbered pages, traces. `v2` (end of life): v3 without metrics, score listings by version and moving of prompt labels.
 */
export type LangfuseGeneration = 'v4' | 'v4-dual' | 'v3' | 'v2';

/** One list of the API and a place in it. */
export interface LangfuseList {
  /** Below `/api/public`: `/v2/observations`. */
  readonly path: string;
  /** Older lists number their pages from 1, newer ones name the next page by a cursor. */
  readonly paging: 'cursor' | 'numbered';
  readonly limit: number;
  /** What the page before named as the next; null for the first. */
  readonly at: string | null;
  /** The same for every page: a cursor does not carry the filters. */
  readonly query: Readonly<Record<string, QueryValue>>;
}

export interface LangfusePage {
  readonly rows: readonly Json[];
  /** Null on the last page. A page may be short, or empty, and still name a next one. */
  readonly next: string | null;
}

export type Listing = { readonly page: LangfusePage; readonly trouble: null } | { readonly page: null; readonly trouble: ApiTrouble };

/** Langfuse's public API, cloud or self-hosted. Paths stand below `/api/public`. Source: its API reference at v4.16. */
export interface Langfuse extends JsonApi {
  /** Found out once by asking; throws as `read` does. */
  generation(signal: AbortSignal): Promise<LangfuseGeneration>;
  /** One page of a list. Never throws but for an abort. */
  list(list: LangfuseList, signal: AbortSignal): Promise<Listing>;
  /** A trace in the web interface, which knows the project by itself. */
  traceUrl(traceId: string): string;
}

export const openLangfuse = (settings: LangfuseSettings, world: World): Langfuse => {
  const { secrets, clock } = world;
  const address = () => secrets.reveal(settings.url).replace(/\/+$/, '');
  const api = openJsonApi(
    {
      product: 'Langfuse',
      url: () => `${address()}/api/public`,
      headers: () => {
        const pair = `${secrets.reveal(settings.public_key)}:${secrets.reveal(settings.secret_key)}`;
        return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
      },
      timeoutMs: settings.timeoutMs,
    },
    world,
  );
  let known: LangfuseGeneration | null = null;
  return {
    ...api,
    generation: async (signal) => {
      known ??= await detectGeneration(api, clock.now(), signal);
      return known;
    },
    list: async (list, signal) => {
      const isNumbered = list.paging === 'numbered';
      const place: Record<string, string | null> = isNumbered ? { page: list.at ?? '1' } : { cursor: list.at };
      const { answer, trouble } = await api.ask({ path: list.path, query: { ...list.query, limit: list.limit, ...place } }, signal);
      if (trouble !== null) return { page: null, trouble };
      const { json } = answer;
      if (!isObject(json) || !Array.isArray(json['data'])) {
        return { page: null, trouble: shapeTrouble(api.host(), `GET ${list.path}`, 'JSON that is not a list of Langfuse') };
      }
      return { page: { rows: digArray(json, 'data'), next: isNumbered ? nextNumber(json, list) : nextCursor(json) }, trouble: null };
    },
    traceUrl: (traceId) => `${address()}/trace/${encodeURIComponent(traceId)}`,
  };
};

/** The end is where the cursor is absent, null or empty; never where a page is. */
const nextCursor = (json: Json): string | null => digString(json, 'meta', 'cursor') || null;

const nextNumber = (json: Json, { at, limit }: LangfuseList): string | null => {
  const page = Number(at ?? '1');
  const pages = digNumber(json, 'meta', 'totalPages');
  const isLast = pages === null ? digArray(json, 'data').length < limit : page >= pages;
  return isLast ? null : String(page + 1);
};

/** The path is not there: an endpoint of another generation. Old servers answer with a page of HTML, new ones with JSON. */
export const isMissing = ({ status }: ApiTrouble): boolean => status === 404 || status === 405 || status === 410;

/**
 * Asks rather than trusting the version: a server of v4 may keep the endpoints of v3, and one of v3 may have those of v4. Each list is
 * asked for what starts from now on, which is nothing, so that the answer is cheap.
 */
const detectGeneration = async (api: JsonApi, now: number, signal: AbortSignal): Promise<LangfuseGeneration> => {
  const query = { limit: 1, fromStartTime: new Date(now).toISOString() };
  const { trouble } = await api.ask({ path: '/v2/observations', query }, signal);
  if (trouble === null) {
    const legacy = await api.ask({ path: '/observations', query, attempts: 1 }, signal);
    return legacy.trouble === null ? 'v4-dual' : 'v4';
  }
  if (!isMissing(trouble)) throw troubleError(trouble);
  const health = await api.ask({ path: '/health', attempts: 1 }, signal);
  const version = digString(health.answer?.json, 'version') ?? '';
  return /^v?2\./.test(version) ? 'v2' : 'v3';
};
