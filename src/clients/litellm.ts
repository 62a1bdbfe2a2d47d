import { dig, digArray, digNumber, digString, isObject, type JsonObject } from '../ground/json.ts';
import { type ApiTrouble, shapeTrouble, troubleError } from './api-trouble.ts';
import type { JsonApi } from './json-api.ts';

/** A request that a pod of the proxy works on. */
export interface ActiveRequest {
  readonly id: string;
  /** UTC epoch ms. */
  readonly startedAt: number;
}

/** Requests in flight; `available` is false where the proxy does not keep count of them. */
export interface ActiveRequests {
  readonly available: boolean;
  readonly items: readonly ActiveRequest[];
}

/** The management API of a LiteLLM proxy, with one attempt a question. Source: its endpoints under /key, /team, /fallback and /global. */
export interface LiteLlm extends JsonApi {
  /** The row of the key with exactly that alias; null where there is none. Throws `unable` where it cannot see. */
  keyByAlias(alias: string, signal: AbortSignal): Promise<JsonObject | null>;
  /** The row of a key by its hash; null where there is none. */
  keyByHash(hash: string, signal: AbortSignal): Promise<JsonObject | null>;
  team(id: string, signal: AbortSignal): Promise<JsonObject | null>;
  /** The models that a group falls back on, in order; null where there is no chain. */
  fallbacks(model: string, type: string, signal: AbortSignal): Promise<readonly string[] | null>;
  activeRequests(of: { readonly keyAlias?: string; readonly model?: string }, signal: AbortSignal): Promise<ActiveRequests>;
}

const pageSize = 100;
/** Pages that are read to find something; a proxy with more keys of like names is asked by hash. */
const mostPages = 20;

/** @param api behind the address of the proxy, with the key of an admin or of a viewer */
export const openLiteLlm = (api: JsonApi): LiteLlm => {
  /** 404 is an answer: what is asked for is not there. */
  const find = async (path: string, query: Readonly<Record<string, string>>, signal: AbortSignal) => {
    const { answer, trouble } = await api.ask({ path, query, attempts: 1 }, signal);
    if (trouble === null) return answer.json;
    if (isAbsent(trouble)) return null;
    throw troubleError(trouble);
  };
  const row = async (path: string, query: Readonly<Record<string, string>>, under: string, signal: AbortSignal) => {
    const found = await find(path, query, signal);
    if (found === null) return null;
    const value = dig(found, under);
    if (isObject(value)) return value;
    throw troubleError(shapeTrouble(api.host(), `GET ${path}`, `JSON without ${under}`));
  };
  return {
    ...api,
    keyByHash: (hash, signal) => row('/key/info', { key: hash }, 'info', signal),
    team: (id, signal) => row('/team/info', { team_id: id }, 'team_info', signal),
    async keyByAlias(alias, signal) {
      for (let page = 1; page <= mostPages; page++) {
        const query = { key_alias: alias, return_full_object: 'true', page: String(page), size: String(pageSize) };
        const { json: listed } = await api.read({ path: '/key/list', query, attempts: 1 }, signal);
        // Newer versions also list aliases that only contain what is asked for.
        const found = digArray(listed, 'keys').find((each) => digString(each, 'key_alias') === alias);
        if (isObject(found)) return found;
        if (page >= (digNumber(listed, 'total_pages') ?? 1)) return null;
      }
      return null;
    },
    async fallbacks(model, type, signal) {
      const found = await find(`/fallback/${encodeURIComponent(model)}`, { fallback_type: type }, signal);
      if (found === null) return null;
      return digArray(found, 'fallback_models').filter((each): each is string => typeof each === 'string');
    },
    async activeRequests({ keyAlias, model }, signal) {
      const items: ActiveRequest[] = [];
      for (let page = 1; page <= mostPages; page++) {
        const query = { page: String(page), page_size: String(pageSize), ...(model === undefined ? {} : { model }) };
        const { answer, trouble } = await api.ask({ path: '/global/active_requests', query, attempts: 1 }, signal);
        // Older proxies do not have it, others have it switched off.
        if (trouble !== null && (isAbsent(trouble) || trouble.status === 503)) return { available: false, items: [] };
        if (trouble !== null) throw troubleError(trouble);
        if (dig(answer.json, 'available') === false) return { available: false, items: [] };
        const rows = digArray(answer.json, 'items');
        for (const each of rows) {
          const [id, started] = [digString(each, 'registry_id'), digNumber(each, 'started_at')];
          if (id === null || started === null || (keyAlias !== undefined && digString(each, 'key_alias') !== keyAlias)) continue;
          items.push({ id, startedAt: started * 1000 });
        }
        if (rows.length < pageSize) break;
      }
      return { available: true, items };
    },
  };
};

export const isAbsent = ({ status }: Pick<ApiTrouble, 'status'>): boolean => status === 404;
