import type { Fleet } from '../../fleet/agent.ts';
import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { fleetOwnership } from '../traces/fleet-ownership.ts';
import { addTold, type Told } from './aggregate.ts';
import { readAggregates } from './aggregates.cache.ts';
import { baselineUs, type FigureQuery, type FigureTable, readFigures } from './figures.cache.ts';
import { type Counted, type Figures, figuresOf } from './figures.ts';
import { type Filter, unmatched } from './filter.cache.ts';
import { readGroups } from './rollups.cache.ts';

/**
 * The figures of a window as `readFigures` has them and, by agent, those that backends counted themselves (`mode: metrics`). They are in
 * no other grouping, and behind no filter but that of an agent: nobody knows of whose requests they were made.
 */
export const readFleetFigures = (cache: Cache, fleet: Fleet, query: FigureQuery): FigureTable => {
  const table = readFigures(cache, query);
  const { agent: only, ...others } = query.filter ?? {};
  if (query.by !== 'agent' || Object.keys(others).length > 0) return table;
  const told = readTold(cache, fleet, table.window);
  if (told.size === 0) return table;
  const before = readTold(cache, fleet, { fromUs: table.window.fromUs - baselineUs, toUs: table.window.fromUs });
  const rows = new Map(table.rows.map(({ key, ...figures }): [string, Figures] => [key, figures]));
  let totals = table.totals;
  for (const [key, each] of told) {
    if (only !== undefined && only !== key) continue;
    const figures = figuresOfTold(each, before.get(key) ?? null);
    const counted = rows.get(key);
    rows.set(key, counted === undefined || counted.requests === 0 ? figures : joinFigures(counted, figures));
    totals = joinFigures(totals, figures);
  }
  const sorted = [...rows].map(([key, figures]) => ({ key, ...figures })).sort((a, b) => b.requests - a.requests);
  return { ...table, totals, rows: sorted };
};

/** The figures of each agent in a window alone: without totals, and held against nothing. */
export const readAgentFigures = (
  cache: Cache,
  fleet: Fleet,
  window: Range,
  filter: Pick<Filter, 'agent'>,
): ReadonlyMap<string, Figures> => {
  const rows = new Map(readGroups(cache, { window, by: 'agent', filter }).groups.map(({ key, cell }) => [key, figuresOf(cell, null)]));
  for (const [key, told] of readTold(cache, fleet, window)) {
    if (filter.agent !== undefined && filter.agent !== key) continue;
    const counted = rows.get(key);
    const figures = figuresOfTold(told, null);
    rows.set(key, counted === undefined || counted.requests === 0 ? figures : joinFigures(counted, figures));
  }
  return rows;
};

/** What backends told of each agent, as cells of requests: without latencies, of which only quantiles are told. */
export const readToldCells = (cache: Cache, fleet: Fleet, window: Range): ReadonlyMap<string, Counted> =>
  new Map([...readTold(cache, fleet, window)].map(([agent, told]) => [agent, cellOf(told)]));

/** What backends told of an agent, or of all, as cells of requests in the buckets that `startOf` makes of their time. */
export const readToldBuckets = (
  cache: Cache,
  fleet: Fleet,
  { window, agent }: { readonly window: Range; readonly agent: string | null },
  startOf: (us: number) => number,
): readonly { readonly bucketUs: number; readonly cell: Counted }[] =>
  readAggregates(cache, () => fleetOwnership(fleet), Object.keys(fleet.backends), window, startOf)
    .filter((told) => agent === null || (told.agent ?? unmatched) === agent)
    .map(({ bucketUs, ...told }) => ({ bucketUs, cell: cellOf(told) }));

/** What backends told of each agent, all its models together. */
const readTold = (cache: Cache, fleet: Fleet, window: Range): ReadonlyMap<string, Told> => {
  const found = new Map<string, Told>();
  for (const { agent, ...told } of readAggregates(cache, () => fleetOwnership(fleet), Object.keys(fleet.backends), window)) {
    const key = agent ?? unmatched;
    const known = found.get(key);
    found.set(key, known === undefined ? told : addTold(known, told));
  }
  return found;
};

const cellOf = ({ requests, errors, inputTokens, outputTokens, costNanos }: Told): Counted => ({
  n: requests,
  ...(errors === null ? {} : { errors }),
  ...(inputTokens === null ? {} : { in_tok: inputTokens }),
  ...(outputTokens === null ? {} : { out_tok: outputTokens }),
  ...(costNanos === null ? {} : { cost_nanos: costNanos, priced: 1 }),
});

/** Which share of the calls has a price is the backend's secret: they count neither as priced nor as unpriced. */
const figuresOfTold = (told: Told, before: Told | null): Figures => ({
  ...figuresOf(cellOf(told), before === null ? null : cellOf(before)),
  latencyP50Us: told.latencyP50Us,
  latencyP95Us: told.latencyP95Us,
  latencyP99Us: told.latencyP99Us,
  priced: 0,
});

/** Counts of both; what cannot be added up stays that of the first. */
const joinFigures = (a: Figures, b: Figures): Figures => {
  const requests = a.requests + b.requests;
  const errors = added(a.errors, b.errors);
  const costNanos = added(a.costNanos, b.costNanos);
  return {
    ...a,
    requests,
    errors,
    errorRate: errors === null || requests === 0 ? null : errors / requests,
    costNanos,
    costPerRequestNanos: costNanos === null || requests === 0 ? null : costNanos / requests,
    costVsBaseline: a.requests === 0 ? b.costVsBaseline : a.costVsBaseline,
    inputTokens: added(a.inputTokens, b.inputTokens),
    outputTokens: added(a.outputTokens, b.outputTokens),
  };
};

const added = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a + b);
