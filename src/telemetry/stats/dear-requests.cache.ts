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
  const words = dictionaryOf(cache);
  const beyond = [...limits].flatMap(([agent, limit]) => {
    const number = words.find('agent', agent);
    const over = [
      limit.perRequestNanos === null ? null : `r.cost_nanos > ${limit.perRequestNanos}`,
      limit.tokensPerRequest === null ? null : `r.in_tok + r.out_tok > ${limit.tokensPerRequest}`,
      limit.stepsPerRequest === null ? null : `r.steps > ${limit.stepsPerRequest}`,
    ].filter((condition) => condition !== null);
    return number === null || over.length === 0 ? [] : [`(r.agent = ${number} AND (${over.join(' OR ')}))`];
  });
  if (beyond.length === 0) return new Map();
  const rows = cache.all<{ agent: number; cost: number | null; tokens: number; steps: number }>(
    `SELECT r.agent, MAX(r.cost_nanos) AS cost, MAX(r.in_tok + r.out_tok) AS tokens, MAX(r.steps) AS steps
     FROM run r WHERE r.start_us >= ? AND r.start_us < ? AND r.synthetic = 0 AND (${beyond.join(' OR ')}) GROUP BY 1`,
    ...[fromUs, toUs],
  );
  return new Map(rows.map(({ agent, cost, tokens, steps }) => [words.word(agent) ?? noWord, { costNanos: cost, tokens, steps }]));
};
