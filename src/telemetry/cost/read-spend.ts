import type { Fleet } from '../../fleet/agent.ts';
import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { readAggregates } from '../stats/aggregates.cache.ts';
import { type Filter, noWord, unmatched } from '../stats/filter.cache.ts';
import { readToldCells } from '../stats/read-fleet-figures.ts';
import { readGroups, splitStart } from '../stats/rollups.cache.ts';
import { fleetOwnership } from '../traces/fleet-ownership.ts';
import { readSpend, type Spend, type SpendQuery, type SpendRow } from './spend.cache.ts';
import { addCosts } from './sum-of-costs.ts';

/**
 * What was spent as spans tell it, and what backends that count by themselves (`mode: metrics`) say was spent besides: by agent and by model under its own key, by
 * anything else under `(none)`, so that every grouping has the same total. Oldest first. A filter on what such a backend does not tell leaves it out.
 */
export const readFleetSpend = (cache: Cache, fleet: Fleet, query: SpendQuery): Spend => {
  const spend = readSpend(cache, query);
  const inOrder = (rows: Iterable<SpendRow>) => [...rows].sort((a, b) => a.bucketUs - b.bucketUs || (a.key < b.key ? -1 : 1));
  const { agent: onlyAgent, model: onlyModel, ...others } = query.filter ?? {};
  if (Object.keys(others).length > 0) return { ...spend, rows: inOrder(spend.rows) };
  const start = (us: number) => splitStart(query.bucket, us);
  const told = readAggregates(cache, () => fleetOwnership(fleet), Object.keys(fleet.backends), spend.window, start);
  if (told.length === 0) return { ...spend, rows: inOrder(spend.rows) };
  const rows = new Map(spend.rows.map((row) => [`${row.bucketUs} ${row.key}`, row]));
  let totalNanos = spend.totalNanos;
  for (const each of told) {
    const [agent, model] = [each.agent ?? unmatched, each.model ?? noWord];
    if ((onlyAgent ?? agent) !== agent || (onlyModel ?? model) !== model || query.agents?.includes(agent) === false) continue;
    const key = query.by === 'agent' ? agent : query.by === 'model' ? model : noWord;
    const place = `${each.bucketUs} ${key}`;
    const known = rows.get(place) ?? emptyRow(key, each.bucketUs);
    totalNanos += each.costNanos ?? 0;
    rows.set(place, {
      ...known,
      costNanos: addCosts(known.costNanos, each.costNanos),
      requests: known.requests + each.requests,
      inputTokens: known.inputTokens + (each.inputTokens ?? 0),
      outputTokens: known.outputTokens + (each.outputTokens ?? 0),
    });
  }
  return { ...spend, totalNanos, rows: inOrder(rows.values()) };
};

/** What each agent spent in a window, nano-dollars; those of whom no cost is known are left out. */
export const readSpentByAgent = (cache: Cache, fleet: Fleet, window: Range, filter: Filter): ReadonlyMap<string, number> => {
  const spent = new Map<string, number>();
  const add = (agent: string, nanos: number) => spent.set(agent, (spent.get(agent) ?? 0) + nanos);
  for (const { key, cell } of readGroups(cache, { window, by: 'agent', filter, sumsOnly: true }).groups)
    if ((cell.priced ?? 0) > 0) add(key, cell.cost_nanos ?? 0);
  for (const [agent, cell] of readToldCells(cache, fleet, window))
    if (cell.cost_nanos !== undefined && (filter.agent ?? agent) === agent) add(agent, cell.cost_nanos);
  return spent;
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
