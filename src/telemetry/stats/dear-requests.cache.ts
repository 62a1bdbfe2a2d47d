import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { dictionaryOf } from '../traces/dictionary.cache.ts';
import { noWord } from './filter.cache.ts';

/** What one request may take; null: no limit. Money in nano-dollars. */
export interface RequestLimits {
  readonly perRequestNanos: number | null;
  readonly tokensPerRequest: number | null;
  readonly stepsPerRequest: number | null;
}

/** The most that any request of an agent took; null: none is known. */
export interface LargestRequest {
  readonly costNanos: number | null;
  readonly tokens: number | null;
  readonly steps: number | null;
}

/** The largest requests that began in a window, of those agents that had one beyond a limit. Probes of ours do not count. */
export const readLargestRequests = (
  cache: Cache,
  { fromUs, toUs }: Range,
  limits: ReadonlyMap<string, RequestLimits>,
): ReadonlyMap<string, LargestRequest> => {
  if (![...limits.values()].some(isLimited)) return new Map();
  const words = dictionaryOf(cache);
  // Limits are held against the rows here: a condition for each of a thousand agents is more than SQLite takes. What is within the lowest
  // of them is within all.
  const lowest = (limit: keyof RequestLimits): number =>
    [...limits.values()].reduce((least, each) => Math.min(least, each[limit] ?? Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  const rows = cache.all<{ agent: number; cost: number | null; tokens: number; steps: number }>(
    `SELECT r.agent, MAX(r.cost_nanos) AS cost, MAX(r.in_tok + r.out_tok) AS tokens, MAX(r.steps) AS steps
     FROM run r WHERE r.start_us >= ? AND r.start_us < ? AND r.synthetic = 0
       AND (r.cost_nanos > ? OR r.in_tok + r.out_tok > ? OR r.steps > ?) GROUP BY 1`,
    ...[fromUs, toUs, lowest('perRequestNanos'), lowest('tokensPerRequest'), lowest('stepsPerRequest')],
  );
  return new Map(
    rows.flatMap(({ agent, cost, tokens, steps }): [string, LargestRequest][] => {
      const name = words.word(agent) ?? noWord;
      const largest = { costNanos: cost, tokens, steps };
      return isBeyond(largest, limits.get(name)) ? [[name, largest]] : [];
    }),
  );
};

const isLimited = (limit: RequestLimits): boolean =>
  limit.perRequestNanos !== null || limit.tokensPerRequest !== null || limit.stepsPerRequest !== null;

const isBeyond = ({ costNanos, tokens, steps }: LargestRequest, limit: RequestLimits | undefined): boolean =>
  limit !== undefined &&
  (exceeds(costNanos, limit.perRequestNanos) || exceeds(tokens, limit.tokensPerRequest) || exceeds(steps, limit.stepsPerRequest));

const exceeds = (value: number | null, limit: number | null): boolean => value !== null && limit !== null && value > limit;
