import { quantilesOf, type Sketch } from '../../ground/math/sketch.ts';

/** One line of figures. Times are microseconds, money nano-dollars; null: not known, or not a thing of this grouping. */
export interface Figures {
  readonly requests: number;
  readonly errors: number | null;
  readonly errorRate: number | null;
  readonly latencyP50Us: number | null;
  readonly latencyP95Us: number | null;
  readonly latencyP99Us: number | null;
  readonly ttftP95Us: number | null;
  /** Exact; null where no cost is known. */
  readonly costNanos: number | null;
  readonly costPerRequestNanos: number | null;
  /** Cost per request as a multiple of that of the seven days before the window. */
  readonly costVsBaseline: number | null;
  /** Of our own probes, which count nowhere else. */
  readonly probeCostNanos: number;
  /** Mean of the score that is the agent's quality; of the scores themselves by `score`. */
  readonly quality: number | null;
  /** By `score`, where all scores are from 0 to 1: the share of at least 0.5. */
  readonly passShare: number | null;
  readonly stepsAvg: number | null;
  readonly stepsMax: number | null;
  readonly inputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly outputTokens: number | null;
  readonly outputTokensPerSuccess: number | null;
  /** Spans that carry usage, by whether their cost is known. */
  readonly priced: number;
  readonly unpriced: number;
}

/** What figures are computed from: a cell of requests, of calls or of scores. Absent: not a thing of such a cell. */
export interface Counted {
  readonly n: number;
  readonly errors?: number;
  readonly cost_nanos?: number;
  readonly priced?: number;
  readonly unpriced?: number;
  readonly in_tok?: number;
  readonly cached_tok?: number;
  readonly out_tok?: number;
  readonly ok_out_tok?: number;
  readonly steps?: number;
  readonly steps_max?: number;
  readonly quality_n?: number;
  readonly quality_micro?: number;
  readonly passes?: number | null;
  readonly probe_cost_nanos?: number;
  readonly h_dur?: Sketch;
  readonly h_ttft?: Sketch;
}

const noSketch: Sketch = new Map();

/** The figures of one cell; `before` is the same cell over the seven days before the window, for the comparison of cost. */
export const figuresOf = (cell: Counted, before: Counted | null): Figures => {
  const { n, errors, priced = 0, unpriced = 0, steps, ok_out_tok: okOutput } = cell;
  const [latencyP50Us = null, latencyP95Us = null, latencyP99Us = null] = quantilesOf(cell.h_dur ?? noSketch, [0.5, 0.95, 0.99]);
  const [ttftP95Us = null] = quantilesOf(cell.h_ttft ?? noSketch, [0.95]);
  const each = costPerRequest(cell);
  const eachBefore = before === null ? null : costPerRequest(before);
  return {
    requests: n,
    errors: errors ?? null,
    errorRate: ratio(errors, n),
    latencyP50Us,
    latencyP95Us,
    latencyP99Us,
    ttftP95Us,
    costNanos: priced === 0 ? null : (cell.cost_nanos ?? null),
    costPerRequestNanos: each,
    costVsBaseline: each === null || eachBefore === null || eachBefore === 0 ? null : each / eachBefore,
    probeCostNanos: cell.probe_cost_nanos ?? 0,
    quality: cell.quality_micro === undefined ? null : ratio(cell.quality_micro / 1e6, cell.quality_n ?? 0),
    passShare: ratio(cell.passes ?? undefined, n),
    stepsAvg: ratio(steps, n),
    stepsMax: n === 0 ? null : (cell.steps_max ?? null),
    inputTokens: cell.in_tok ?? null,
    cachedTokens: cell.cached_tok ?? null,
    outputTokens: cell.out_tok ?? null,
    outputTokensPerSuccess: errors === undefined ? null : ratio(okOutput, n - errors),
    priced,
    unpriced,
  };
};

const costPerRequest = ({ n, cost_nanos, priced = 0 }: Counted): number | null => (priced === 0 ? null : ratio(cost_nanos, n));

const ratio = (part: number | undefined, whole: number): number | null => (part === undefined || whole <= 0 ? null : part / whole);

/** The share of spans with usage whose cost is known; null where none has usage. */
export const pricedShareOf = ({ priced, unpriced }: Pick<Figures, 'priced' | 'unpriced'>): number | null =>
  ratio(priced, priced + unpriced);
