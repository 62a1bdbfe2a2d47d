import { type ClusteredShare, clusteredInterval, groupedMeanInterval, meanShare } from '../../ground/math/clustered.ts';
import type { Interval } from '../../ground/math/intervals.ts';
import { flakeRate, passAtK, passHatK } from '../../ground/math/repeats.ts';
import { plannedTally, trialsOf, wasExtended } from './looks.ts';
import type { CaseTally } from './trial.ts';

/** What a run is described by. Shares are 0 to 1; null: nothing to tell it by. */
export interface Figures {
  /** Every case that decides counts the same. Of the planned repeats, unless every case was asked again: those that failed were, and would look better by it. */
  readonly passRate: number | null;
  /** 95 %: Wilson's, by the effective number of trials where cases share clusters. */
  readonly passRateCi: Interval | null;
  /** The chance that at least one of k planned repeats passes. */
  readonly passAtK: number | null;
  /** The chance that all k planned repeats pass. */
  readonly passHatK: number | null;
  readonly k: number;
  /** The share of cases that both passed and failed in their planned repeats. */
  readonly flakeRate: number | null;
}

/** The shares of the cases that were judged at all. */
export const sharesOf = (tallies: readonly CaseTally[]): ClusteredShare[] =>
  tallies
    .filter((tally) => trialsOf(tally) > 0)
    .map((tally) => ({ share: tally.passes / trialsOf(tally), trials: trialsOf(tally), cluster: tally.cluster }));

/** The figures of the cases that decide. */
export const figuresOf = (deciding: readonly CaseTally[], k: number, maxExtraRepeats: number): Figures => {
  const planned = deciding.map(plannedTally);
  const shares = sharesOf(deciding.every((tally) => wasExtended(tally, maxExtraRepeats)) ? deciding : planned);
  const repeated = planned.map((tally) => ({ passes: tally.passes, trials: trialsOf(tally) }));
  return {
    passRate: meanShare(shares),
    passRateCi: clusteredInterval(shares),
    passAtK: passAtK(repeated, k),
    passHatK: passHatK(repeated, k),
    k,
    flakeRate: flakeRate(repeated),
  };
};

/** How a measured value is spread: latency in ms, cost in nano-dollars. */
export interface Spread {
  readonly values: number;
  readonly mean: number;
  /** 95 %, by the bootstrap over cases; null: fewer than two cases. */
  readonly meanCi: Interval | null;
  readonly p50: number;
  readonly p95: number;
}

/** The spread of values that were measured, one list a case; null of none. */
export const spreadOf = (perCase: readonly (readonly number[])[], random: () => number): Spread | null => {
  const sorted = Float64Array.from(perCase.flat()).sort();
  if (sorted.length === 0) return null;
  const at = (quantile: number): number => sorted[Math.ceil(quantile * sorted.length) - 1] ?? 0;
  return {
    values: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    meanCi: groupedMeanInterval(perCase, random),
    p50: at(0.5),
    p95: at(0.95),
  };
};
