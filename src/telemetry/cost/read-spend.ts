import type { Fleet } from '../../fleet/agent.ts';
import type { Cache } from '../../ground/store/port.ts';
import { readAggregates } from '../stats/aggregates.cache.ts';
import { noWord, unmatched } from '../stats/filter.cache.ts';
import { splitStart } from '../stats/rollups.cache.ts';
import { fleetOwnership } from '../traces/fleet-ownership.ts';
import { readSpend, type Spend, type SpendQuery, type SpendRow } from './spend.cache.ts';
import { addCosts } from './sum-of-costs.ts';

/**
 * What was spent as spans tell it, and what backends that count by themselves (`mode: metrics`) say was spent besides: by agent and by model under its own key, by
 * anything else under `(none)`, so that every grouping has the same total. A filter on what such a backend does not tell leaves it out.
 */
export const readFleetSpend = (cache: Cache, fleet: Fleet, query: SpendQuery): Spend => {
  const spend = readSpend(cache, query);
  const { agent: onlyAgent, model: onlyModel, ...others } = query.filter ?? {};
  if (Object.keys(others).length > 0) return spend;
  const start = (us: number) => splitStart(query.bucket, us);
  const rows = new Map(spend.rows.map((row) => [`${row.bucketUs} ${row.key}`, row]));
  let totalNanos = spend.totalNanos;
  for (const told of readAggregates(cache, () => fleetOwnership(fleet), Object.keys(fleet.backends), spend.window, start)) {
    const [agent, model] = [told.agent ?? unmatched, told.model ?? noWord];
    if ((onlyAgent ?? agent) !== agent || (onlyModel ?? model) !== model) continue;
    const key = query.by === 'agent' ? agent : query.by === 'model' ? model : noWord;
    const place = `${told.bucketUs} ${key}`;
    const known = rows.get(place) ?? emptyRow(key, told.bucketUs);
    totalNanos += told.costNanos ?? 0;
    rows.set(place, {
      ...known,
      costNanos: addCosts(known.costNanos, told.costNanos),
      requests: known.requests + told.requests,
      inputTokens: known.inputTokens + (told.inputTokens ?? 0),
      outputTokens: known.outputTokens + (told.outputTokens ?? 0),
    });
  }
  const inTime = [...rows.values()].sort((a, b) => a.bucketUs - b.bucketUs || (a.key < b.key ? -1 : 1));
  return { ...spend, totalNanos, rows: inTime };
};

const emptyRow = (key: string, bucketUs: number): SpendRow => ({
  key,
  bucketUs,
  costNanos: null,
  requests: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
});
