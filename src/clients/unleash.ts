import { dig, digArray, digString, type Json } from '../ground/json.ts';
import { type ApiTrouble, shapeTrouble, troubleError } from './api-trouble.ts';
import type { JsonApi } from './json-api.ts';

/** One flag in one environment. */
export interface UnleashFlag {
  readonly project: string;
  readonly flag: string;
  readonly environment: string;
}

export interface UnleashState {
  readonly enabled: boolean;
  /** Ids of its activation strategies, in their order. */
  readonly strategies: readonly string[];
}

/** What an SDK is told. */
export interface UnleashSeen {
  /** Null: it is not told of the flag. */
  readonly enabled: boolean | null;
  /** The environment that its token belongs to. */
  readonly environment: string | null;
}

/** The admin API for one flag in one environment. Source: Unleash's OpenAPI description, 7.5. */
export interface UnleashAdmin {
  /** Null: there is no such flag, project or environment. Throws as `JsonApi.read` does. */
  state(signal: AbortSignal): Promise<UnleashState | null>;
  /** Switches it. One without a strategy is given one for everybody as it is switched on. Null: done. */
  turn(enabled: boolean, signal: AbortSignal): Promise<ApiTrouble | null>;
  removeStrategy(id: string, signal: AbortSignal): Promise<ApiTrouble | null>;
}

export const unleashAdmin = (api: JsonApi, { project, flag, environment }: UnleashFlag): UnleashAdmin => {
  const [p, f, e] = [project, flag, environment].map(encodeURIComponent);
  const base = `/api/admin/projects/${p}/features/${f}/environments/${e}`;
  const send = async (method: 'POST' | 'DELETE', path: string, signal: AbortSignal): Promise<ApiTrouble | null> => {
    const body = method === 'POST' ? { body: {} } : {};
    return (await api.ask({ method, path: base + path, emptyOk: true, ...body }, signal)).trouble;
  };
  return {
    async state(signal) {
      const { answer, trouble } = await api.ask({ path: base }, signal);
      if (trouble?.status === 404) return null;
      if (trouble !== null) throw troubleError(trouble);
      const enabled = dig(answer.json, 'enabled');
      if (typeof enabled !== 'boolean') throw troubleError(shapeTrouble(api.host(), `GET ${base}`, 'something that is not a flag'));
      return { enabled, strategies: digArray(answer.json, 'strategies').flatMap((strategy) => digString(strategy, 'id') ?? []) };
    },
    turn: (enabled, signal) => send('POST', enabled ? '/on' : '/off', signal),
    removeStrategy: (id, signal) => send('DELETE', `/strategies/${encodeURIComponent(id)}`, signal),
  };
};

/** What the client API tells an SDK of a flag. Throws as `JsonApi.read` does. */
export const unleashSeen = async (api: JsonApi, flag: string, signal: AbortSignal): Promise<UnleashSeen> => {
  const { json } = await api.read({ path: '/api/client/features', query: { namePrefix: flag } }, signal);
  const found: Json | undefined = digArray(json, 'features').find((feature) => digString(feature, 'name') === flag);
  return { enabled: found === undefined ? null : dig(found, 'enabled') === true, environment: digString(json, 'query', 'environment') };
};
