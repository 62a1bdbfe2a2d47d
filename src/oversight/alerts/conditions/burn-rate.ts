import { formatShare } from '../../../ground/units/amount.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import type { Judgement } from '../judgement.ts';
import type { ShareSample } from './share.ts';

export interface BurnRateParams {
  /** The share of bad requests that the objective allows, 0 to 1: 0.005 of an objective of 99.5 %. */
  readonly budget: number;
  /** How many times faster than allowed is too fast. */
  readonly factor: number;
  readonly longMs: number;
  readonly shortMs: number;
  /** Bad requests in the long window, below which nothing burns: one failure of twenty is no emergency. */
  readonly minEvents: number;
}

/**
 * Why a burn rate can never be reached, or null: no more than every request can be bad, so that a factor of 14.4 with a budget of 10 %
 * asks for 144 %.
 */
export const impossibleBurn = ({ budget, factor, longMs, shortMs }: Omit<BurnRateParams, 'minEvents'>): string | null => {
  if (budget * factor >= 1) return `asks for ${formatShare(budget * factor)} of bad requests, which is never more than 100%`;
  return shortMs >= longMs ? `short window ${humanDuration(shortMs)} must be shorter than the long one ${humanDuration(longMs)}` : null;
};

/**
 * Whether the error budget burns too fast: over a long window, so that it matters, and over a short one, so that it is still going on
 * (The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts").
 */
export const burnRate = (params: BurnRateParams, long: ShareSample, short: ShareSample): Judgement => {
  const { budget, factor, minEvents } = params;
  const rateOf = ({ bad, n }: ShareSample): number | null => (n === 0 ? null : bad / n / budget);
  const [longRate, shortRate] = [rateOf(long), rateOf(short)];
  const base = {
    value: longRate,
    threshold: factor,
    baseline: 1,
    unit: 'ratio',
    n: long.n,
    numbers: { long_rate: longRate, short_rate: shortRate, factor, budget, bad: long.bad, requests: long.n, min_events: minEvents },
  } as const;
  const lacking = long.lacking ?? short.lacking;
  if (lacking !== undefined) return { ...base, value: null, said: 'unknown', reason: lacking };
  if (longRate === null) return { ...base, said: 'unknown', reason: `no requests in ${humanDuration(long.windowMs)}` };
  const reason = `the error budget burns ${longRate.toFixed(1)} × as fast as allowed over ${humanDuration(long.windowMs)} and ${(shortRate ?? 0).toFixed(1)} × over ${humanDuration(short.windowMs)}, limit ${factor} ×`;
  const burns = longRate > factor && (shortRate ?? 0) > factor && long.bad >= minEvents;
  return { ...base, said: burns ? 'breach' : 'clear', reason };
};
