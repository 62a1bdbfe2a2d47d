import type { Cache } from '../../../ground/store/port.ts';
import { coverOf, type Range } from '../../../ground/units/window.ts';
import type { CostSample } from '../conditions/cost-regression.ts';
import { type RequestRow, readSums, type Summed, summed } from './cells.cache.ts';

/** What requests come to, by name. */
export type Sums = Readonly<Record<Summed, number>>;

/** Of nothing. */
export const emptySums = (): Record<Summed, number> => ({
  n: 0,
  errors: 0,
  costed: 0,
  costNanos: 0,
  logCost: 0,
  logCostSquares: 0,
  steps: 0,
  qualityN: 0,
  qualitySum: 0,
});

/** Adds sums in the order of `summed`. */
export const addSums = (total: Record<Summed, number>, sums: ArrayLike<number> | undefined): void => {
  if (sums !== undefined) for (let at = 0; at < summed.length; at++) total[summed[at] as Summed] += sums[at] ?? 0;
};

/** As rollups count a request (stats/cell). */
export const addRequest = (sums: Record<Summed, number>, [, isError, costNanos, steps, qualityN, qualitySum]: RequestRow): void => {
  sums.n += 1;
  sums.errors += isError;
  sums.steps += steps;
  sums.qualityN += qualityN;
  sums.qualitySum += qualitySum;
  if (costNanos === null) return;
  const log = Math.log(Math.max(1, costNanos));
  sums.costed += 1;
  sums.costNanos += costNanos;
  sums.logCost += log;
  sums.logCostSquares += log * log;
};

/** The requests with a known cost. */
export const costSample = (windowMs: number, { costed, costNanos, logCost, logCostSquares }: Sums): CostSample => ({
  windowMs,
  n: costed,
  nanos: costNanos,
  logSum: logCost,
  logSquares: logCostSquares,
});

/** The sums of each agent over a long while, from the coarsest buckets; its ends are whole quarters. */
export const sumsOfRange = (cache: Cache, range: Range): ReadonlyMap<number, Sums> => {
  const found = new Map<number, Record<Summed, number>>();
  for (const buckets of coverOf(range, ['quarter', 'hour', 'day']).buckets)
    for (const [agent, ...sums] of readSums(cache, buckets)) {
      const total = found.get(agent) ?? emptySums();
      addSums(total, sums);
      found.set(agent, total);
    }
  return found;
};
