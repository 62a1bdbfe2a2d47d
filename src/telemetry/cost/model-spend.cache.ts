import type { Fleet } from '../../fleet/agent.ts';
import type { Cache } from '../../ground/store/port.ts';
import { grains, type Range } from '../../ground/units/window.ts';
import { readAggregates } from '../stats/aggregates.cache.ts';
import { addCall, type CallCell, callSums, newCallCell } from '../stats/cell.ts';
import { readFacetCalls } from '../stats/cells.cache.ts';
import { type Filter, isOneOf, noWord, numberFilter, unmatched } from '../stats/filter.cache.ts';
import { addSums, planOf } from '../stats/rollups.cache.ts';
import { sumCallCells, untimed } from '../stats/sums.cache.ts';
import { kind, splitPair } from '../traces/codes.ts';
import { dictionaryOf } from '../traces/dictionary.cache.ts';
import { fleetOwnership } from '../traces/fleet-ownership.ts';
import { addCosts } from './sum-of-costs.ts';

/** What one agent spent on one model. Fees of anything else stand under `(none)`, without calls. */
export interface ModelSpend {
  readonly agent: string;
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  /** Null where no cost is known. */
  readonly costNanos: number | null;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

const models = { numbers: [kind.llm, kind.embedding] };
const isModel = (code: number): boolean => code === kind.llm || code === kind.embedding;
/** Of all that is no call of a model, only what costs something matters. */
const wantedOf = (kindSql: string, feeSql: string): string => `(${isOneOf(kindSql, models)} OR ${feeSql})`;

/** Who spent what on which model in a window, dearest first, in one reading whatever the number of agents; with what backends told that count by themselves. */
export const readModelSpend = (cache: Cache, fleet: Fleet, window: Range, filter: Pick<Filter, 'agent'>): readonly ModelSpend[] => {
  const { agent: only } = numberFilter(cache, filter);
  const ofAgent = only === null ? '1' : isOneOf('r.agent', only);
  const plan = planOf(cache, { window }, grains);
  const cells = new Map<number, Map<number, CallCell>>();
  const cellOf = (agent: number, model: number): CallCell => {
    const ofAgent = cells.get(agent) ?? new Map<number, CallCell>();
    cells.set(agent, ofAgent);
    const cell = ofAgent.get(model) ?? newCallCell();
    ofAgent.set(model, cell);
    return cell;
  };
  const where = `${ofAgent} AND ${wantedOf('r.kind', 'r.priced > 0')}`;
  for (const buckets of plan.buckets)
    for (const sum of sumCallCells(cache, { buckets, group: 'key', perAgent: true, perBucket: false, where, timed: untimed })) {
      const cell = cellOf(sum.agent, isModel(sum.kind) ? sum.group : 0);
      addSums(cell, callSums, isModel(sum.kind) ? sum.values : [0, ...sum.values.slice(1)]);
    }
  for (const range of plan.rest)
    for (const call of readFacetCalls(cache, range, 'agent', ofAgent)) {
      const cell = cellOf(call.agent, isModel(call.kind) ? call.what : 0);
      addCall(cell, call);
      if (!isModel(call.kind) && call.synthetic === 0) cell.n -= 1;
    }
  const words = dictionaryOf(cache);
  const spans = [...cells].flatMap(([agent, ofAgent]) =>
    [...ofAgent].map(([key, cell]): ModelSpend => {
      const [provider, model] = splitPair(words.word(key));
      return {
        ...{ agent: words.word(agent) ?? unmatched, provider: provider ?? noWord, model: model ?? noWord, calls: cell.n },
        costNanos: cell.priced === 0 ? null : cell.cost_nanos,
        ...{ inputTokens: cell.in_tok, cachedTokens: cell.cached_tok, outputTokens: cell.out_tok },
      };
    }),
  );
  return joined([...spans, ...toldSpend(cache, fleet, plan.window, filter)])
    .filter(isSpend)
    .sort(byCost);
};

/** Backends that count by themselves (`mode: metrics`) tell of models and not of their providers. */
const toldSpend = (cache: Cache, fleet: Fleet, window: Range, filter: Pick<Filter, 'agent'>): readonly ModelSpend[] =>
  readAggregates(cache, () => fleetOwnership(fleet), Object.keys(fleet.backends), window)
    .map((told) => ({
      ...{ agent: told.agent ?? unmatched, provider: noWord, model: told.model ?? noWord, calls: told.requests },
      ...{ costNanos: told.costNanos, inputTokens: told.inputTokens ?? 0, cachedTokens: 0, outputTokens: told.outputTokens ?? 0 },
    }))
    .filter(({ agent }) => filter.agent === undefined || filter.agent === agent);

const joined = (rows: readonly ModelSpend[]): ModelSpend[] => {
  const known = new Map<string, ModelSpend>();
  for (const row of rows) {
    const key = JSON.stringify([row.agent, row.provider, row.model]);
    const before = known.get(key);
    known.set(key, before === undefined ? row : added(before, row));
  }
  return [...known.values()];
};

const added = (a: ModelSpend, b: ModelSpend): ModelSpend => ({
  ...a,
  calls: a.calls + b.calls,
  costNanos: addCosts(a.costNanos, b.costNanos),
  inputTokens: a.inputTokens + b.inputTokens,
  cachedTokens: a.cachedTokens + b.cachedTokens,
  outputTokens: a.outputTokens + b.outputTokens,
});

const isSpend = ({ calls, costNanos }: ModelSpend): boolean => calls > 0 || costNanos !== null;

const byCost = (a: ModelSpend, b: ModelSpend): number =>
  (b.costNanos ?? -1) - (a.costNanos ?? -1) || b.calls - a.calls || (nameOf(a) < nameOf(b) ? -1 : 1);

const nameOf = ({ agent, provider, model }: ModelSpend): string => `${agent}\n${provider}\n${model}`;
