import { median, robustSpread } from '../../../ground/math/robust.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import type { Judgement } from '../judgement.ts';

/** Steps that requests took in a window: their number and sum. */
export interface DepthMean {
  readonly windowMs: number;
  readonly n: number;
  readonly sum: number;
}

/** With the sum of their squares, which tells how far they vary. */
export interface DepthSample extends DepthMean {
  readonly squares: number;
}

export interface CreepParams {
  /** Standardised distance of the mean from the usual one. */
  readonly z: number;
  /** Multiple of the usual depth that is too much. */
  readonly ratio: number;
  readonly recovery: number;
  readonly minRequests: number;
  readonly minDays: number;
}

const mean = ({ sum, n }: DepthMean): number => sum / n;

/** Whether requests take more steps than they used to: the mean of a window against the median of the same hours of the days before. */
export const depthCreep = (params: CreepParams, now: DepthSample, daysBefore: readonly DepthMean[]): Judgement => {
  const { z: zLimit, ratio: ratioLimit, recovery, minRequests, minDays } = params;
  const days = daysBefore.filter(({ n }) => n >= minRequests);
  const usual = median(days.map(mean));
  const value = now.n === 0 ? null : mean(now);
  const numbers = { requests: now.n, window_ms: now.windowMs, days: days.length, z_limit: zLimit, ratio_limit: ratioLimit };
  const base = { value, threshold: ratioLimit, baseline: usual, unit: 'steps', n: now.n, numbers } as const;
  if (value === null || now.n < minRequests)
    return {
      ...base,
      said: 'unknown',
      reason: `${now.n} requests in ${humanDuration(now.windowMs)}: fewer than ${minRequests} prove nothing`,
    };
  if (usual === null || usual <= 0 || days.length < minDays)
    return {
      ...base,
      said: 'unknown',
      reason: `${days.length} earlier days with enough requests at this hour: fewer than ${minDays} make nothing usual`,
    };
  const variance = Math.max(0, (now.squares - (now.sum * now.sum) / now.n) / Math.max(1, now.n - 1));
  const scale = Math.max(robustSpread(days.map(mean)) ?? 0, Math.sqrt(variance / now.n));
  const z = scale === 0 ? Number.POSITIVE_INFINITY * Math.sign(value - usual) || 0 : (value - usual) / scale;
  const ratio = value / usual;
  const reason = `${value.toFixed(1)} steps a request over ${now.n} requests in ${humanDuration(now.windowMs)}, ${ratio.toFixed(2)} × the usual ${usual.toFixed(1)}`;
  const said = z > zLimit && ratio > ratioLimit ? 'breach' : ratio <= recovery ? 'clear' : 'between';
  return { ...base, said, reason, numbers: { ...numbers, z: Number.isFinite(z) ? z : null, ratio, scale } };
};
