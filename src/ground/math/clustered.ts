import { type Interval, middleOf, wilsonInterval, z95 } from './intervals.ts';
import { normalTail, studentQuantile, studentTail } from './normal.ts';

/** The tail beyond each end of a 95 % interval. */
const tail = 0.025;
/** Above this many clusters a mean is normal enough, and resampling them would only cost time. */
const enoughForNormal = 2000;

/** One case: the share of its trials that passed, and what it shares its luck with. */
export interface ClusteredShare {
  readonly share: number;
  /** Above 0. */
  readonly trials: number;
  /** Cases of the same cluster are not independent of each other; null: it stands for itself. */
  readonly cluster: string | null;
}

const sumBy = <Item>(items: readonly Item[], cluster: (item: Item) => string | null, value: (item: Item) => number): number[] => {
  const sums = new Map<string | Item, number>();
  for (const item of items) {
    const key = cluster(item) ?? item;
    sums.set(key, (sums.get(key) ?? 0) + value(item));
  }
  return [...sums.values()];
};

const squares = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0);

/** The mean share, every case counting the same; null of no cases. */
export const meanShare = (cases: readonly ClusteredShare[]): number | null =>
  cases.length === 0 ? null : cases.reduce((sum, { share }) => sum + share, 0) / cases.length;

/**
 * Independent trials that would tell the mean share as precisely as these do: all of them where every case stands for itself. Where cases
 * share clusters, fewer: divided by the design effect (the variance between clusters over that of independent trials, never below 1),
 * and by how much wider Student's t is than the normal for so few clusters (Korn and Graubard 1998). Shares of 0 or 1 tell nothing of clusters.
 */
export const effectiveTrials = (cases: readonly ClusteredShare[]): number => {
  const mean = meanShare(cases);
  if (mean === null) return 0;
  const trials = cases.length ** 2 / cases.reduce((sum, each) => sum + 1 / each.trials, 0);
  if (cases.every(({ cluster }) => cluster === null)) return trials;
  const between = sumBy(
    cases,
    ({ cluster }) => cluster,
    ({ share }) => share - mean,
  );
  if (between.length === cases.length || mean === 0 || mean === 1) return trials;
  if (between.length < 2) return 1;
  const variance = ((between.length / (between.length - 1)) * squares(between)) / cases.length ** 2;
  const likeIndependent = variance === 0 ? trials : Math.min(trials, (mean * (1 - mean)) / variance);
  return likeIndependent * (z95 / studentQuantile(tail, between.length - 1)) ** 2;
};

/** Wilson's interval of the mean share, by the effective number of trials; null of no cases. */
export const clusteredInterval = (cases: readonly ClusteredShare[], z = z95): Interval | null => {
  const [mean, n] = [meanShare(cases), effectiveTrials(cases)];
  return mean === null ? null : wilsonInterval(mean * n, n, z);
};

/** What a stratum of a stratified test added: hits above what was expected, and their variance. */
export interface Contribution {
  readonly excess: number;
  readonly variance: number;
  readonly cluster: string;
}

/**
 * The p-value, one-sided, of an excess of hits that must hold between clusters: the excess over its standard error as the clusters differ
 * around their common trend, against Student's t. One cluster alone can show nothing: 1.
 */
export const clusteredExcess = (contributions: readonly Contribution[]): number => {
  const cluster = (contribution: Contribution): string => contribution.cluster;
  const informative = contributions.filter(({ variance }) => variance > 0);
  const excess = sumBy(informative, cluster, (contribution) => contribution.excess);
  const variance = sumBy(informative, cluster, (contribution) => contribution.variance);
  if (excess.length < 2) return 1;
  const total = excess.reduce((sum, value) => sum + value, 0);
  const trend = total / variance.reduce((sum, value) => sum + value, 0);
  const left = squares(excess.map((value, at) => value - trend * (variance[at] ?? 0)));
  const error = Math.sqrt((left * excess.length) / (excess.length - 1));
  if (total <= 0) return 1;
  if (error === 0) return 0;
  return excess.length > 1000 ? normalTail(total / error) : studentTail(total / error, excess.length - 1);
};

/** The 95 % interval of the mean of all values, by the bootstrap over cases (values of one case belong together); null of fewer than two cases with values. */
export const groupedMeanInterval = (groups: readonly (readonly number[])[], random: () => number): Interval | null => {
  const parts = groups
    .filter(({ length }) => length > 0)
    .map((values) => ({ sum: values.reduce((a, b) => a + b, 0), count: values.length }));
  if (parts.length < 2) return null;
  const meanOf = (drawn: (at: number) => number): number => {
    let [sum, count] = [0, 0];
    for (let at = 0; at < parts.length; at++) {
      const part = parts[drawn(at)];
      sum += part?.sum ?? 0;
      count += part?.count ?? 0;
    }
    return sum / count;
  };
  if (parts.length <= enoughForNormal) return middleOf(() => meanOf(() => Math.floor(random() * parts.length)));
  const mean = meanOf((at) => at);
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const error = Math.sqrt(squares(parts.map((part) => part.sum - mean * part.count))) / count;
  return { low: mean - z95 * error, high: mean + z95 * error };
};
