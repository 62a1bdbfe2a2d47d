import { dig, digString, isObject, type Json } from '../../src/ground/json.ts';
import type { Clock } from '../../src/ground/runtime/context.ts';
import type { Received, Reply } from './http-peer.ts';
import { json } from './replies.ts';

type Row = Record<string, Json>;

/** One request in flight, with the pod that works on it. */
interface InFlight {
  readonly registry_id: string;
  readonly key_alias: string;
  readonly model: string;
  readonly pod: number;
  /** Epoch seconds, as the proxy counts. */
  readonly started_at: number;
}

export interface LiteLlmStubParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly admin: string;
  /** May look at everything, and change nothing. */
  readonly viewer: string;
  readonly keys?: readonly Row[];
  readonly teams?: readonly Row[];
  readonly models?: readonly string[];
  /** Chains in the database: `general/large` → models. */
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>;
  /** Chains in the proxy's own file: they answer, and cannot be deleted. */
  readonly fileFallbacks?: Readonly<Record<string, readonly string[]>>;
  readonly pods?: number;
  /** False: an older proxy, which does not list what is in flight. */
  readonly listsActive?: boolean;
}

/** A key as the proxy answers it. */
export const liteLlmKey = (alias: string, parts: Row = {}): Row => ({
  token: `hash-of-${Buffer.from(alias).toString('hex')}`,
  key_alias: alias,
  blocked: null,
  rpm_limit: null,
  tpm_limit: null,
  max_parallel_requests: null,
  max_budget: null,
  budget_duration: null,
  aliases: {},
  metadata: {},
  spend: 0,
  ...parts,
});

const cacheMs = 60_000;
const columns = ['rpm_limit', 'tpm_limit', 'max_parallel_requests', 'max_budget', 'budget_duration', 'aliases', 'metadata'];
const podOf = (pod: number) => `pod-${pod}`;

/**
 * A LiteLLM proxy as far as controls meet it, with what it is known to do: each pod remembers keys for a minute; only fields that are sent
 * change, null clears plain columns, never `budget_duration`, and in `metadata` nothing; what it does not know is dropped without a word; what
 * is absent is 404. Written from the descriptions of its endpoints, not from its code.
 */
export const liteLlmStub = (parts: LiteLlmStubParts) => {
  const { clock, admin, viewer, models = ['large', 'small', 'large-b'], pods = 2, listsActive = true } = parts;
  const keys: Row[] = structuredClone([...(parts.keys ?? [])]);
  const teams: Row[] = structuredClone([...(parts.teams ?? [])]);
  const chains = new Map<string, readonly string[]>(Object.entries(parts.fallbacks ?? {}));
  const fileChains = parts.fileFallbacks ?? {};
  const effects: string[] = [];
  const changedBy: (string | undefined)[] = [];
  let inFlight: InFlight[] = [];
  let started = 0;
  const caches = Array.from({ length: pods }, () => new Map<string, { readonly blocked: boolean; readonly until: number }>());

  const change = (row: Row, fields: Row, what: string) => {
    const before = JSON.stringify(row);
    Object.assign(row, fields);
    if (JSON.stringify(row) !== before) effects.push(what);
  };
  const error = (status: number, message: string): Reply =>
    json({ error: { message, type: 'None', param: 'None', code: String(status) } }, status);
  const byId = (rows: Row[], field: string, id: unknown): Row | undefined => rows.find((row) => row[field] === id);

  const update = (row: Row | undefined, body: Json): Reply => {
    if (row === undefined) return error(404, 'not found');
    const budget = dig(body, 'max_budget');
    if (typeof budget === 'number' && budget < 0) return error(400, 'max_budget cannot be negative');
    const fields: Row = {};
    for (const column of columns) {
      if (!isObject(body) || !Object.hasOwn(body, column)) continue;
      const value = body[column] ?? null;
      if (column === 'budget_duration' && value === null) continue;
      if (column === 'metadata') {
        const set = Object.entries(isObject(value) ? value : {}).filter(([, each]) => each !== null);
        fields[column] = { ...(row[column] as Row), ...Object.fromEntries(set) };
      } else fields[column] = value;
    }
    change(row, fields, `update ${row['key_alias'] ?? row['team_id']}: ${Object.keys(fields).join(' ')}`);
    return json({ ...row });
  };
  const block = (row: Row | undefined, blocked: boolean): Reply => {
    if (row === undefined) return error(404, 'Key not found');
    change(row, { blocked }, `${blocked ? 'block' : 'unblock'} ${row['key_alias'] ?? row['team_id']}`);
    // Only the pod that got the call forgets what it remembers.
    caches[0]?.delete(String(row['token']));
    return json({ ...row });
  };
  const setChain = (body: Json): Reply => {
    const [model, list, type] = [
      digString(body, 'model') ?? '',
      dig(body, 'fallback_models'),
      digString(body, 'fallback_type') ?? 'general',
    ];
    if (!Array.isArray(list) || list.length === 0) return error(422, 'fallback_models must not be empty');
    if ([model, ...list].some((each) => !models.includes(String(each)))) return error(404, 'a model is not in the router');
    if (list.includes(model)) return error(400, 'a model cannot fall back on itself');
    if (JSON.stringify(chains.get(`${type}/${model}`)) !== JSON.stringify(list)) effects.push(`chain of ${model}: ${list.join(' ')}`);
    chains.set(`${type}/${model}`, list.map(String));
    return json({ model, fallback_models: list as Json, fallback_type: type, message: 'Fallback configuration created successfully' });
  };

  const answer = ({ method, path, query, json: body }: Received): Reply => {
    const at = `${method} ${path}`;
    const chain = /^\/fallback\/([^/]+)$/.exec(path)?.[1];
    const cancel = /^\/global\/active_requests\/([^/]+)\/cancel$/.exec(path)?.[1];
    if (at === 'GET /key/list') {
      const found = keys.filter((row) => String(row['key_alias']).includes(query.get('key_alias') ?? ''));
      const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('size') ?? 10)];
      const shown = found.slice((page - 1) * size, page * size);
      const rows = query.get('return_full_object') === 'true' ? shown : shown.map((row) => row['token'] ?? null);
      return json({ keys: rows, total_count: found.length, current_page: page, total_pages: Math.ceil(found.length / size) });
    }
    if (at === 'GET /key/info') {
      const row = byId(keys, 'token', query.get('key'));
      return row === undefined ? error(404, 'Key not found in database') : json({ key: row['token'] ?? null, info: row });
    }
    if (at === 'GET /team/info') {
      const row = byId(teams, 'team_id', query.get('team_id'));
      return row === undefined ? error(404, 'Team not found') : json({ team_id: row['team_id'] ?? null, team_info: row, keys: [] });
    }
    if (at === 'POST /key/update') return update(byId(keys, 'token', dig(body, 'key')), body);
    if (at === 'POST /team/update') return update(byId(teams, 'team_id', dig(body, 'team_id')), body);
    if (at === 'POST /key/block' || at === 'POST /key/unblock')
      return block(byId(keys, 'token', dig(body, 'key')), path.endsWith('/block'));
    if (at === 'POST /team/block' || at === 'POST /team/unblock')
      return block(byId(teams, 'team_id', dig(body, 'team_id')), path.endsWith('/block'));
    if (at === 'POST /fallback') return setChain(body);
    if (chain !== undefined) {
      const id = `${query.get('fallback_type') ?? 'general'}/${decodeURIComponent(chain)}`;
      const list = chains.get(id) ?? fileChains[id];
      if (method === 'GET')
        return list === undefined
          ? error(404, 'No fallbacks configured')
          : json({ model: decodeURIComponent(chain), fallback_models: list });
      if (method !== 'DELETE') return error(405, 'Method Not Allowed');
      if (!chains.delete(id)) return error(404, 'No fallbacks configured');
      effects.push(`no chain of ${decodeURIComponent(chain)}`);
      return json({ message: 'Fallback configuration deleted successfully' });
    }
    if (at === 'GET /global/active_requests' && listsActive) {
      const rows = inFlight.filter(({ model }) => !query.has('model') || model === query.get('model'));
      const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('page_size') ?? 50)];
      const items = rows.slice((page - 1) * size, page * size).map((each) => ({ ...each, pod: podOf(each.pod), streaming: true }));
      return json({ available: true, items, total: rows.length, page, page_size: size, truncated: false });
    }
    if (method === 'POST' && cancel !== undefined) {
      const id = decodeURIComponent(cancel);
      if (!inFlight.some(({ registry_id }) => registry_id === id)) return error(404, 'That request is no longer running');
      inFlight = inFlight.filter(({ registry_id }) => registry_id !== id);
      effects.push(`cancel ${id}`);
      return json({ cancelled: true, detail: 'Cancellation sent' });
    }
    return json({ detail: 'Not Found' }, 404);
  };

  const reply: Reply = (request, response) => {
    const credential = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const mayAct = credential === admin;
    if (!mayAct && credential !== viewer) return error(401, 'Authentication Error, invalid proxy server token')(request, response);
    if (!mayAct && request.method !== 'GET') return error(403, 'this role may only look')(request, response);
    if (request.method !== 'GET') changedBy.push(request.headers['litellm-changed-by'] as string | undefined);
    answer(request)(request, response);
  };

  return {
    reply,
    effects,
    /** Who was said to act, with each request that changed something. */
    changedBy,
    /** A key that was never blocked is null there, and false once it was unblocked: the same. */
    state: (): Json =>
      ({
        keys: keys.map((row) => ({ ...row, blocked: row['blocked'] ?? false })),
        teams,
        chains: Object.fromEntries(chains),
        inFlight: inFlight.length,
      }) as unknown as Json,
    key: (alias: string): Row => byId(keys, 'key_alias', alias) ?? {},
    team: (id: string): Row => byId(teams, 'team_id', id) ?? {},
    setChain: (id: string, chain: readonly string[]) => chains.set(id, chain),
    remove: () => {
      keys.length = 0;
      teams.length = 0;
    },
    finish: () => {
      inFlight = [];
    },
    /** A request with a key at one pod: refused where that pod knows that the key is blocked, else in flight from now on. */
    begin(alias: string, pod: number, model = 'large'): 'refused' | 'begun' {
      const row = byId(keys, 'key_alias', alias);
      const token = String(row?.['token']);
      const known = caches[pod]?.get(token);
      const blocked = known !== undefined && known.until > clock.now() ? known.blocked : row?.['blocked'] === true;
      if (known === undefined || known.until <= clock.now()) caches[pod]?.set(token, { blocked, until: clock.now() + cacheMs });
      if (row === undefined || blocked) return 'refused';
      started += 1;
      inFlight.push({ registry_id: `reg/${started}`, key_alias: alias, model, pod, started_at: clock.now() / 1000 });
      return 'begun';
    },
  };
};
