import { wilsonInterval } from '../../../ground/math/intervals.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import type { Judgement } from '../judgement.ts';

/** Scores of a window: how many, and their sum; each 0 to 1. */
export interface MeanSample {
  readonly windowMs: number;
  readonly n: number;
  readonly sum: number;
}

export interface MeanBelowParams {
  /** The mean that is promised, 0 to 1. */
  readonly threshold: number;
  /** At or above it an alert may end; not below `threshold`. */
  readonly recovery: number;
  /** One-sided normal quantile. */
  readonly z: number;
  readonly minScores: number;
}

/**
 * Whether scores are worse than promised, by the upper bound of their mean. No score varies more than one that is 0 or 1 (its variance is at
 * most mean × (1 − mean)), so Wilson's interval of such scores is a bound for all of them, and needs no more than their sum.
 * @param samples the same moment through wider and wider windows, narrowest first: the first with enough scores decides
 */
export const meanBelow = ({ threshold, recovery, z, minScores }: MeanBelowParams, samples: readonly MeanSample[]): Judgement => {
  const sample = samples.find(({ n }) => n >= minScores) ?? samples.at(-1);
  const { n = 0, sum = 0, windowMs = 0 } = sample ?? {};
  const interval = wilsonInterval(sum, n, z);
  const value = n === 0 ? null : sum / n;
  const base = {
    value,
    threshold,
    baseline: null,
    unit: 'score',
    n,
    numbers: { scores: n, mean: value, window_ms: windowMs, upper_bound: interval?.high ?? null, threshold, recovery, z },
  } as const;
  if (value === null || interval === null || n < minScores)
    return { ...base, said: 'unknown', reason: `${n} scores in ${humanDuration(windowMs)}: fewer than ${minScores} prove nothing` };
  const stated = `mean of ${n} scores ${value.toFixed(2)} in ${humanDuration(windowMs)} (at most ${interval.high.toFixed(2)})`;
  if (interval.high < threshold) return { ...base, said: 'breach', reason: `${stated}, promised ${threshold}` };
  if (value >= recovery) return { ...base, said: 'clear', reason: `${stated}, promised ${threshold}` };
  return { ...base, said: 'between', reason: `${stated}, which may still be the promised ${threshold}` };
};
