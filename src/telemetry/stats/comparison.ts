import { type Interval, meanDifference, meanRatio, quantileRanks, shareDifference } from '../../ground/math/intervals.ts';

/** Single requests, or calls of a model: what two sides are compared by. Unknown values are left out of their list. */
export interface Samples {
  readonly n: number;
  readonly errors: number;
  readonly costNanos: readonly number[];
  readonly durationsUs: readonly number[];
  readonly steps: readonly number[];
  readonly outputTokens: readonly number[];
  readonly quality: readonly number[];
}

export type MetricName = 'error_rate' | 'latency_p50' | 'latency_p95' | 'cost_per_request' | 'output_tokens' | 'steps' | 'quality';

export interface MetricComparison {
  readonly metric: MetricName;
  /** Null: nothing is known of that side. Shares, microseconds, nano-dollars, tokens, steps, points. */
  readonly a: number | null;
  readonly b: number | null;
  /** `ratio`: b ÷ a; `difference`: b − a. */
  readonly kind: 'ratio' | 'difference';
  readonly change: number | null;
  /** 95 % of `change`; null where there is too little to tell. */
  readonly interval: Interval | null;
  readonly verdict: 'better' | 'worse' | 'same' | 'unknown';
}

/** Holds two sides against each other, metric by metric. The same samples and random numbers give the same answer. */
export const compareSamples = (a: Samples, b: Samples, random: () => number): readonly MetricComparison[] => [
  shares(a, b),
  quantile('latency_p50', 0.5, a.durationsUs, b.durationsUs),
  quantile('latency_p95', 0.95, a.durationsUs, b.durationsUs),
  means('cost_per_request', a.costNanos, b.costNanos, random),
  means('output_tokens', a.outputTokens, b.outputTokens, random),
  means('steps', a.steps, b.steps, random),
  quality(a.quality, b.quality, random),
];

/** Lower is better everywhere but for quality. */
const verdictOf = (interval: Interval | null, none: number, isLowBetter = true): MetricComparison['verdict'] => {
  if (interval === null) return 'unknown';
  if (interval.low <= none && interval.high >= none) return 'same';
  return interval.high < none === isLowBetter ? 'better' : 'worse';
};

const shares = (a: Samples, b: Samples): MetricComparison => {
  const [rateA, rateB] = [a.n === 0 ? null : a.errors / a.n, b.n === 0 ? null : b.errors / b.n];
  const interval = shareDifference(a.errors, a.n, b.errors, b.n);
  const change = rateA === null || rateB === null ? null : rateB - rateA;
  return { metric: 'error_rate', a: rateA, b: rateB, kind: 'difference', change, interval, verdict: verdictOf(interval, 0) };
};

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const means = (metric: MetricName, a: readonly number[], b: readonly number[], random: () => number): MetricComparison => {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const interval = meanRatio(a, b, random);
  const change = meanA === null || meanB === null || meanA === 0 ? null : meanB / meanA;
  return { metric, a: meanA, b: meanB, kind: 'ratio', change, interval, verdict: verdictOf(interval, 1) };
};

const quality = (a: readonly number[], b: readonly number[], random: () => number): MetricComparison => {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const interval = meanDifference(a, b, random);
  const change = meanA === null || meanB === null ? null : meanB - meanA;
  return { metric: 'quality', a: meanA, b: meanB, kind: 'difference', change, interval, verdict: verdictOf(interval, 0, false) };
};

/** Fewer values have no 95th percentile worth the name. */
const fewestForQuantile = 20;

const valueAt = (sorted: readonly number[], rank: number): number => {
  const at = rank * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] ?? 0;
  return low + ((sorted[below + 1] ?? low) - low) * (at - below);
};

/** Quantiles by the order statistics around them: the widest ratio that both sides' intervals allow. */
const quantile = (metric: MetricName, of: number, a: readonly number[], b: readonly number[]): MetricComparison => {
  const [left, right] = [[...a].sort((x, y) => x - y), [...b].sort((x, y) => x - y)];
  const [valueA, valueB] = [left.length === 0 ? null : valueAt(left, of), right.length === 0 ? null : valueAt(right, of)];
  // Two independent intervals of 83 % fail to overlap about as often as one of 95 % misses.
  const z = 1.386;
  const [ranksA, ranksB] = [quantileRanks(of, left.length, z), quantileRanks(of, right.length, z)];
  const isEnough = left.length >= fewestForQuantile && right.length >= fewestForQuantile && (valueA ?? 0) > 0;
  const interval =
    !isEnough || ranksA === null || ranksB === null
      ? null
      : {
          low: valueAt(right, ranksB.low) / Math.max(1, valueAt(left, ranksA.high)),
          high: valueAt(right, ranksB.high) / Math.max(1, valueAt(left, ranksA.low)),
        };
  const change = valueA === null || valueB === null || valueA === 0 ? null : valueB / valueA;
  return { metric, a: valueA, b: valueB, kind: 'ratio', change, interval, verdict: verdictOf(interval, 1) };
};
