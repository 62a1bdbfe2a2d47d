import { addTo, encodeSketch, mergeInto, type Sketch } from '../../ground/math/sketch.ts';
import { isUnpriced } from '../traces/unpriced.ts';
import type { Facet } from './rollup.ts';

/** A request as rollups see it: the columns of the cache's `run`. */
export interface RunRow {
  readonly agent: number;
  readonly caller: number;
  readonly user: number;
  readonly task: number;
  readonly env: number;
  readonly release: number;
  readonly prompt: number;
  readonly start_us: number;
  readonly dur_us: number | null;
  readonly ttft_us: number | null;
  readonly is_error: number;
  readonly error_type: number;
  readonly steps: number;
  readonly llm_calls: number;
  readonly tool_calls: number;
  readonly retrievals: number;
  readonly in_tok: number;
  readonly cached_tok: number;
  readonly out_tok: number;
  readonly priced: number;
  readonly unpriced: number;
  readonly cost_nanos: number | null;
  readonly quality_n: number;
  readonly quality_micro: number;
  readonly synthetic: number;
}

/** A call as rollups see it: columns of the cache's `span`, with the agent of its request. */
export interface CallRow {
  readonly agent: number;
  readonly kind: number;
  readonly what: number;
  readonly dur_us: number | null;
  readonly ttft_us: number | null;
  readonly is_error: number;
  /** Whether its usage counts. */
  readonly counts: number;
  readonly in_tok: number | null;
  readonly cache_r: number | null;
  readonly written_tok: number | null;
  readonly out_tok: number | null;
  readonly reason_tok: number | null;
  readonly cost_nanos: number | null;
  readonly synthetic: number;
}

/** The sums of a run cell, named as in the cache. All exact: integers only, so that their order does not matter. */
export const runSums = [
  'n',
  'errors',
  'cost_nanos',
  'costed',
  'priced',
  'unpriced',
  'in_tok',
  'cached_tok',
  'out_tok',
  'ok_out_tok',
  'steps',
  'llm_calls',
  'tool_calls',
  'retrievals',
  'quality_n',
  'quality_micro',
  'logcost_micro',
  'logcost_sq_micro',
  'probes',
  'probe_cost_nanos',
] as const;
export const runMaxima = ['steps_max'] as const;
export const runSketches = ['h_dur', 'h_ttft', 'h_cost', 'h_steps'] as const;

export const callSums = [
  'n',
  'errors',
  'cost_nanos',
  'priced',
  'unpriced',
  'in_tok',
  'cached_tok',
  'written_tok',
  'out_tok',
  'ok_out_tok',
  'reason_tok',
  'probes',
  'probe_cost_nanos',
] as const;
export const callSketches = ['h_dur', 'h_ttft'] as const;

type Sums<Names extends readonly string[]> = { [name in Names[number]]: number };
type Sketches<Names extends readonly string[]> = { [name in Names[number]]: Sketch };

export type RunCell = Sums<typeof runSums> & Sums<typeof runMaxima> & Sketches<typeof runSketches>;
export type CallCell = Sums<typeof callSums> & Sketches<typeof callSketches>;

/** Stands in for the sketches that a facet does not keep: a busy day has a hundred thousand cells. Nothing is ever added to it. */
const notKept: Sketch = new Map();

/** An empty cell; what is kept by agent alone is only there for that facet, and users have no time to first token. */
export const newRunCell = (facet: Facet = 'agent'): RunCell => ({
  n: 0,
  errors: 0,
  cost_nanos: 0,
  costed: 0,
  priced: 0,
  unpriced: 0,
  in_tok: 0,
  cached_tok: 0,
  out_tok: 0,
  ok_out_tok: 0,
  steps: 0,
  llm_calls: 0,
  tool_calls: 0,
  retrievals: 0,
  quality_n: 0,
  quality_micro: 0,
  logcost_micro: 0,
  logcost_sq_micro: 0,
  probes: 0,
  probe_cost_nanos: 0,
  steps_max: 0,
  h_dur: new Map(),
  h_ttft: facet === 'user' ? notKept : new Map(),
  h_cost: facet === 'agent' ? new Map() : notKept,
  h_steps: facet === 'agent' ? new Map() : notKept,
});

export const newCallCell = (): CallCell => ({
  n: 0,
  errors: 0,
  cost_nanos: 0,
  priced: 0,
  unpriced: 0,
  in_tok: 0,
  cached_tok: 0,
  written_tok: 0,
  out_tok: 0,
  ok_out_tok: 0,
  reason_tok: 0,
  probes: 0,
  probe_cost_nanos: 0,
  h_dur: new Map(),
  h_ttft: new Map(),
});

/**
 * Counts one request. A probe of ours counts as a probe and as nothing else. What only alarms look at, the spread of cost and depth, is
 * kept by agent alone.
 */
export const addRun = (cell: RunCell, run: RunRow, facet: Facet): void => {
  if (run.synthetic === 1) {
    cell.probes += 1;
    cell.probe_cost_nanos += run.cost_nanos ?? 0;
    return;
  }
  cell.n += 1;
  cell.errors += run.is_error;
  cell.priced += run.priced;
  cell.unpriced += run.unpriced;
  cell.in_tok += run.in_tok;
  cell.cached_tok += run.cached_tok;
  cell.out_tok += run.out_tok;
  if (run.is_error === 0) cell.ok_out_tok += run.out_tok;
  cell.steps += run.steps;
  cell.steps_max = Math.max(cell.steps_max, run.steps);
  cell.llm_calls += run.llm_calls;
  cell.tool_calls += run.tool_calls;
  cell.retrievals += run.retrievals;
  cell.quality_n += run.quality_n;
  cell.quality_micro += run.quality_micro;
  if (run.dur_us !== null) addTo(cell.h_dur, run.dur_us);
  if (run.ttft_us !== null && facet !== 'user') addTo(cell.h_ttft, run.ttft_us);
  if (run.cost_nanos !== null) {
    cell.costed += 1;
    cell.cost_nanos += run.cost_nanos;
  }
  if (facet !== 'agent') return;
  addTo(cell.h_steps, run.steps);
  if (run.cost_nanos === null) return;
  addTo(cell.h_cost, run.cost_nanos);
  const log = Math.log(Math.max(1, run.cost_nanos));
  cell.logcost_micro += Math.round(log * 1e6);
  cell.logcost_sq_micro += Math.round(log * log * 1e6);
};

/** Counts one call. Its latency counts always, its usage only where it is not counted further down. */
export const addCall = (cell: CallCell, call: CallRow): void => {
  const cost = call.counts === 1 ? call.cost_nanos : null;
  if (call.synthetic === 1) {
    cell.probes += 1;
    cell.probe_cost_nanos += cost ?? 0;
    return;
  }
  cell.n += 1;
  cell.errors += call.is_error;
  if (call.dur_us !== null) addTo(cell.h_dur, call.dur_us);
  if (call.ttft_us !== null) addTo(cell.h_ttft, call.ttft_us);
  if (call.counts !== 1) return;
  cell.in_tok += call.in_tok ?? 0;
  cell.cached_tok += call.cache_r ?? 0;
  cell.written_tok += call.written_tok ?? 0;
  cell.out_tok += call.out_tok ?? 0;
  if (call.is_error === 0) cell.ok_out_tok += call.out_tok ?? 0;
  cell.reason_tok += call.reason_tok ?? 0;
  if (cost === null) cell.unpriced += isUnpriced(call.in_tok, call.out_tok, call.is_error) ? 1 : 0;
  else {
    cell.priced += 1;
    cell.cost_nanos += cost;
  }
};

/** A stored cell's values: sums, maxima and sketches in the order of their names, beginning at `from`. */
export type Values = readonly (number | Uint8Array)[];

/** Adds a stored cell of requests to another. */
export const mergeRun = (into: RunCell, values: Values, from: number): void => {
  const at = mergeSums<typeof runSums>(into, runSums, values, from);
  for (const [more, name] of runMaxima.entries()) into[name] = Math.max(into[name], Number(values[at + more]));
  mergeSketches(into, runSketches, values, at + runMaxima.length);
};

/** Adds a stored cell of calls to another. */
export const mergeCall = (into: CallCell, values: Values, from: number): void =>
  mergeSketches(into, callSketches, values, mergeSums<typeof callSums>(into, callSums, values, from));

/** A cell of requests in the form the cache has it. Equal cells have equal bytes. */
export const runValues = (cell: RunCell): Values => [
  ...runSums.map((name) => cell[name]),
  ...runMaxima.map((name) => cell[name]),
  ...runSketches.map((name) => encodeSketch(cell[name])),
];

export const callValues = (cell: CallCell): Values => [
  ...callSums.map((name) => cell[name]),
  ...callSketches.map((name) => encodeSketch(cell[name])),
];

const mergeSums = <Names extends readonly string[]>(into: Sums<Names>, names: Names, values: Values, from: number): number => {
  const cell: Record<string, number> = into;
  for (const [at, name] of names.entries()) cell[name] = (cell[name] ?? 0) + Number(values[from + at]);
  return from + names.length;
};

const mergeSketches = <Names extends readonly string[]>(into: Sketches<Names>, names: Names, values: Values, from: number): void => {
  const cell: Record<string, Sketch> = into;
  for (const [at, name] of names.entries()) {
    const bytes = values[from + at];
    const sketch = cell[name];
    if (bytes instanceof Uint8Array && sketch !== undefined) mergeInto(sketch, bytes);
  }
};
