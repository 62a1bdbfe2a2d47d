import type { LiteLlm } from '../../../clients/litellm.ts';
import { usageError } from '../../../ground/errors.ts';
import { isObject, type Json, type JsonObject } from '../../../ground/json.ts';
import type { Clock } from '../../../ground/runtime/context.ts';
import { applied, effectOfTrouble } from '../effect.ts';
import type { Action, Change, Effect, Observed, Touched } from '../port.ts';
import { isBlocking, limitColumns, limitsOf, periodColumn } from './key-fields.ts';
import type { Aspect } from './port.ts';

/** Whose limits are changed. */
export interface Holder {
  readonly of: 'key' | 'team';
  /** As people name it: its alias or its id. */
  readonly name: string;
  /** Null unless it has an alias: requests in flight bear only that. */
  readonly alias: string | null;
  find(signal: AbortSignal): Promise<JsonObject | null>;
}

/** A key by its alias or its hash, or a team. Nobody needs to know the key itself. */
export const openHolder = (
  api: LiteLlm,
  by: { readonly alias?: string; readonly hash?: string; readonly team?: string },
): Holder | null => {
  const { alias, hash, team } = by;
  if (alias !== undefined) return { of: 'key', name: alias, alias, find: (signal) => api.keyByAlias(alias, signal) };
  if (hash !== undefined) return { of: 'key', name: `${hash.slice(0, 8)}…`, alias: null, find: (signal) => api.keyByHash(hash, signal) };
  if (team !== undefined) return { of: 'team', name: team, alias: null, find: (signal) => api.team(team, signal) };
  return null;
};

interface Parts {
  readonly fields: readonly string[];
  /** Fields of a row that is not there, or is silent about them. */
  readonly blank: Touched;
  readonly keepsRunning: string | null;
}

const observe = async (api: LiteLlm, holder: Holder, { fields, blank, keepsRunning }: Parts, signal: AbortSignal): Promise<Observed> => {
  const row = await holder.find(signal);
  return {
    exists: row !== null,
    target: `${holder.of} ${holder.name} at ${api.host()}`,
    touched: Object.fromEntries(fields.map((field) => [field, valueIn(row, field) ?? blank[field] ?? null])),
    version: null,
    sharedWith: holder.of === 'team' ? [`every key of team ${holder.name}`] : [],
    keepsRunning,
  };
};

const valueIn = (row: JsonObject | null, field: string): Json => (row !== null && Object.hasOwn(row, field) ? (row[field] ?? null) : null);

/** Sends one change of a row that is looked up again, because an alias may have got another key meanwhile. */
const send = async (
  api: LiteLlm,
  holder: Holder,
  path: string,
  fields: Touched,
  { target }: Change,
  signal: AbortSignal,
): Promise<Effect> => {
  const row = await holder.find(signal);
  const id = valueIn(row, holder.of === 'key' ? 'token' : 'team_id') ?? (holder.alias === null ? null : undefined);
  if (row === null || id === undefined) return { result: 'conflict', retry: false, retryAfterMs: null, evidence: `${target} is gone` };
  const body = { [holder.of === 'key' ? 'key' : 'team_id']: id, ...fields };
  const { trouble } = await api.ask({ method: 'POST', path, body, attempts: 1 }, signal);
  return trouble === null ? applied(`${target} took it`) : effectOfTrouble(trouble);
};

/** Limits of a key or a team: the proxy refuses what is beyond them. What was not set is restored with an explicit null. */
export const openLimits = (api: LiteLlm, holder: Holder): Aspect => {
  const columns = limitColumns(holder.of);
  const parts: Parts = { fields: [...columns, periodColumn], blank: {}, keepsRunning: null };
  return {
    stopsInFlight: false,
    lasting: null,
    healthy: () => Object.fromEntries(columns.map((field) => [field, null])),
    read: (_action, signal) => observe(api, holder, parts, signal),
    wish: (_action, params, now) => limitsOf(holder.of, params, now),
    set: (change, signal) => send(api, holder, `/${holder.of}/update`, change.to, change, signal),
  };
};

/** Requests that began this long ago, in ms, began after a key was blocked if the block is known everywhere. */
const recentMs = 10_000;

/** The block of a key or a team. Each pod has its own memory of keys, so that a request may still begin where it is not forgotten yet. */
export const openBlock = (api: LiteLlm, holder: Holder, clock: Pick<Clock, 'now'>): Aspect => {
  const parts: Parts = {
    fields: ['blocked'],
    blank: { blocked: false },
    keepsRunning: 'requests that have begun go on until they are cancelled or done',
  };
  return {
    stopsInFlight: false,
    lasting: null,
    healthy: (action) => ({ blocked: !isBlocking(action) }),
    read: (action, signal) => observe(api, holder, isBlocking(action) ? parts : { ...parts, keepsRunning: null }, signal),
    wish: (action) => ({ blocked: isBlocking(action) }),
    set: (change, signal) => send(api, holder, `/${holder.of}/${change.to['blocked'] === true ? 'block' : 'unblock'}`, {}, change, signal),
    async shows(change, signal) {
      if (change.to['blocked'] !== true || holder.alias === null) return true;
      const { items } = await api.activeRequests({ keyAlias: holder.alias }, signal);
      return items.every(({ startedAt }) => startedAt < clock.now() - recentMs);
    },
  };
};

/** The model that a key is given where it asks for a group: an alias of its own, which moves healthy requests too. */
export const openRoute = (api: LiteLlm, holder: Holder, group: string): Aspect => {
  const parts: Parts = { fields: ['aliases'], blank: { aliases: {} }, keepsRunning: null };
  return {
    stopsInFlight: false,
    lasting: null,
    healthy: () => ({ aliases: {} }),
    read: (_action, signal) => observe(api, holder, parts, signal),
    wish: (_action: Action, { model }, now) => {
      if (typeof model !== 'string' || model === '' || model === group) {
        throw usageError({
          code: 'wish_not_understood',
          message: `requests for ${group} need another model to go to (found ${JSON.stringify(model ?? null)})`,
          hint: 'give model: NAME',
        });
      }
      const aliases = isObject(now['aliases'] ?? null) ? (now['aliases'] as JsonObject) : {};
      return { aliases: { ...aliases, [group]: model } };
    },
    set: (change, signal) => send(api, holder, '/key/update', change.to, change, signal),
  };
};
