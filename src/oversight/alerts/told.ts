import { normalTail } from '../../ground/math/normal.ts';
import type { AggregateRow } from '../../telemetry/stats/aggregate.ts';
import type { CostSample } from './conditions/cost-regression.ts';
import type { ShareSample } from './conditions/share.ts';

/** What a backend counted itself in one bucket, of one set of labels. */
export interface ToldGroup {
  /** UTC epoch microseconds. */
  readonly bucketUs: number;
  readonly requests: number;
  /** Null: it does not count them. */
  readonly errors: number | null;
  readonly costNanos: number | null;
  /** How long requests took; null: not told, or in several quantiles that cannot be put together. */
  readonly quantiles: Pick<AggregateRow, 'latencyP50Us' | 'latencyP95Us' | 'latencyP99Us'> | null;
}

const added = (values: readonly (number | null)[]): number | null =>
  values.reduce((total, value) => (value === null ? total : (total ?? 0) + value), null);

/** Rows of models, levels and latencies as one of each bucket and labels: what is told apart belongs to the same requests. */
export const groupTold = (rows: readonly AggregateRow[]): readonly ToldGroup[] => {
  const groups = new Map<string, AggregateRow[]>();
  for (const row of rows) {
    const key = `${row.bucketUs} ${row.labels}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((of) => {
    const timed = of.filter(({ latencyP50Us, latencyP95Us, latencyP99Us }) => (latencyP50Us ?? latencyP95Us ?? latencyP99Us) !== null);
    return {
      bucketUs: of[0]?.bucketUs ?? 0,
      requests: added(of.map(({ requests }) => requests)) ?? 0,
      errors: added(of.map(({ errors }) => errors)),
      costNanos: added(of.map(({ costNanos }) => costNanos)),
      quantiles: timed.length === 1 ? (timed[0] ?? null) : null,
    };
  });
};

/** Requests that failed, where the backend counts those. @param errorType null: all errors */
export const toldErrors = (groups: readonly ToldGroup[], windowMs: number, errorType: string | null): ShareSample => {
  const n = added(groups.map(({ requests }) => requests)) ?? 0;
  if (errorType !== null) return { windowMs, n, bad: 0, lacking: 'its backend counts no errors by type (mode: metrics)' };
  if (groups.some(({ requests, errors }) => requests > 0 && errors === null))
    return { windowMs, n, bad: 0, lacking: 'its backend does not count errors (mode: metrics)' };
  return { windowMs, n, bad: added(groups.map(({ errors }) => errors)) ?? 0 };
};

/** Requests that took longer, as far as quantiles tell. */
export const toldSlow = (groups: readonly ToldGroup[], windowMs: number, thanMs: number): ShareSample => {
  const asked = groups.filter(({ requests }) => requests > 0);
  const shares = asked.map(({ quantiles, requests }) => ({
    requests,
    share: quantiles === null ? null : shareAbove(quantiles, thanMs * 1000),
  }));
  const n = added(asked.map(({ requests }) => requests)) ?? 0;
  if (shares.some(({ share }) => share === null))
    return { windowMs, n, bad: 0, lacking: 'the quantiles that its backend tells (mode: metrics) do not tell how many were slower' };
  // No more than were so for certain: a part of a request is none.
  return { windowMs, n, bad: Math.floor(added(shares.map(({ requests, share }) => requests * (share ?? 0))) ?? 0) };
};

/** What a request cost. Buckets stand in for requests where it is asked how far costs vary: of a bucket only the sum is told. */
export const toldCosts = (groups: readonly ToldGroup[], windowMs: number): CostSample => {
  const priced = groups.flatMap(({ requests, costNanos }) =>
    costNanos === null || costNanos <= 0 || requests === 0 ? [] : [{ n: requests, nanos: costNanos, log: Math.log(costNanos / requests) }],
  );
  return {
    windowMs,
    n: added(priced.map(({ n }) => n)) ?? 0,
    nanos: added(priced.map(({ nanos }) => nanos)) ?? 0,
    logSum: added(priced.map(({ n, log }) => n * log)) ?? 0,
    logSquares: added(priced.map(({ n, log }) => n * log * log)) ?? 0,
    freedom: Math.max(0, priced.length - 1),
  };
};

/** What is told of the tail: the share of requests above each quantile, and where that lies on the normal distribution. */
const tails = [
  { share: 0.5, z: 0, of: 'latencyP50Us' },
  { share: 0.05, z: 1.645, of: 'latencyP95Us' },
  { share: 0.01, z: 2.326, of: 'latencyP99Us' },
] as const;

/**
 * The share of requests above a limit. Between two quantiles latencies are taken for log-normal; above the greatest there are as good as
 * none, where that is the 95th percentile or more, and below the median half of them at least. Null: nobody can tell.
 */
const shareAbove = (quantiles: NonNullable<ToldGroup['quantiles']>, limitUs: number): number | null => {
  const known = tails.flatMap(({ share, z, of }) => {
    const us = quantiles[of];
    return us === null || us <= 0 ? [] : [{ share, z, us }];
  });
  const under = known.findLast(({ us }) => us <= limitUs);
  const over = known.find(({ us }) => us > limitUs);
  if (over === undefined) return under !== undefined && under.share <= 0.05 ? 0 : null;
  if (under === undefined) return over.share === 0.5 ? 0.5 : null;
  const at = Math.log(limitUs / under.us) / Math.log(over.us / under.us);
  return normalTail(under.z + at * (over.z - under.z));
};
