import { wilsonInterval } from '../../../ground/math/intervals.ts';
import { formatShare } from '../../../ground/units/amount.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import type { Judgement } from '../judgement.ts';

/** How many of the requests of a window were bad: failed, or slower than promised. */
export interface ShareSample {
  readonly windowMs: number;
  readonly n: number;
  readonly bad: number;
  /** Why nobody can tell how many were bad, in words; absent: it is known. */
  readonly lacking?: string;
}

export interface ShareParams {
  /** The share that is promised not to be exceeded, 0 to 1. */
  readonly threshold: number;
  /** At or below it an alert may end; not above `threshold`. */
  readonly recovery: number;
  /**
   * One-sided normal quantile: one look at a share that is exactly the threshold takes it for a breach with the probability above it (3.3: one
   * in two thousand). An alert is looked at every minute, so that it takes more than would do for one look (default-rules).
   */
  readonly z: number;
  readonly minBad: number;
  readonly minRequests: number;
}

/**
 * Whether more requests are bad than promised, by the lower end of Wilson's interval, so that two failures of three are not an outage.
 * @param samples the same moment through wider and wider windows, narrowest first: the first with enough requests decides
 * @param what the bad ones, for the sentence: `failed`, `took longer than 8 s`
 */
export const shareAbove = (params: ShareParams, samples: readonly ShareSample[], what: string): Judgement => {
  const { threshold, recovery, z, minBad, minRequests } = params;
  const sample = samples.find(({ n }) => n >= minRequests) ?? samples.at(-1);
  const { n = 0, bad = 0, windowMs = 0 } = sample ?? {};
  const interval = wilsonInterval(bad, n, z);
  const value = n === 0 ? null : bad / n;
  const base = {
    value,
    threshold,
    baseline: null,
    unit: 'share',
    n,
    numbers: { requests: n, bad, window_ms: windowMs, lower_bound: interval?.low ?? null, threshold, recovery, z },
  } as const;
  if (sample?.lacking !== undefined)
    return { ...base, said: 'unknown', value: null, reason: `${n} requests in ${humanDuration(windowMs)}: ${sample.lacking}` };
  const seen = `${bad} of ${n} requests ${what} in ${humanDuration(windowMs)}`;
  if (value === null || interval === null || n < minRequests)
    return { ...base, said: 'unknown', reason: `${seen}: fewer than ${minRequests} requests prove nothing` };
  const stated = `${seen} (${formatShare(value)}, at least ${formatShare(interval.low)})`;
  if (bad >= minBad && interval.low > threshold)
    return { ...base, said: 'breach', reason: `${stated}, promised ${formatShare(threshold)}` };
  if (value <= recovery) return { ...base, said: 'clear', reason: `${seen} (${formatShare(value)}), promised ${formatShare(threshold)}` };
  return { ...base, said: 'between', reason: `${stated}, which may still be the promised ${formatShare(threshold)}` };
};

/** The literal rule, for those who ask for it: the share itself, whatever it rests on. */
export const shareLiterally = ({ threshold, recovery }: ShareParams, sample: ShareSample, what: string): Judgement => {
  const { n, bad, windowMs } = sample;
  const value = n === 0 ? null : bad / n;
  const reason = `${bad} of ${n} requests ${what} in ${humanDuration(windowMs)}, limit ${formatShare(threshold)}`;
  const base = {
    value,
    threshold,
    baseline: null,
    unit: 'share',
    n,
    reason,
    numbers: { requests: n, bad, window_ms: windowMs, threshold, recovery },
  } as const;
  if (sample.lacking !== undefined) return { ...base, said: 'unknown', value: null, reason: sample.lacking };
  if (value === null) return { ...base, said: 'unknown' };
  return { ...base, said: value > threshold ? 'breach' : value <= recovery ? 'clear' : 'between' };
};
