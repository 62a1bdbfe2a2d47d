import { median, robustSpread } from '../../../ground/math/robust.ts';
import { formatMoney } from '../../../ground/units/amount.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import type { Judgement } from '../judgement.ts';

/** What requests with a known cost cost in a window: their number, their sum, and the sums of the natural logarithm of each and of its square. */
export interface CostSample {
  readonly windowMs: number;
  readonly n: number;
  readonly nanos: number;
  readonly logSum: number;
  readonly logSquares: number;
}

/** A window that ends at the moment that is judged, and the same hours of each of the days before, newest first. */
export interface CostWindow {
  readonly now: CostSample;
  readonly days: readonly CostSample[];
}

export interface CostRegressionParams {
  /** Standardised distance of the log of the mean from the usual one. */
  readonly z: number;
  /** Multiple of the usual cost per request that is too much. */
  readonly ratio: number;
  /** Multiple at or below which an alert may end; not above `ratio`. */
  readonly recovery: number;
  /** A window is widened until it holds so many requests … */
  readonly wanted: number;
  /** … and proves nothing with fewer than these. */
  readonly minRequests: number;
  /** Days with at least `minRequests` in the same hours, without which nothing is usual. */
  readonly minDays: number;
  /** The least spread believed, in natural logarithms: 0.08 is 8 %. */
  readonly minSpread: number;
}

/** How far the logarithm of the mean of `n` log-normal values may be off by chance: their coefficient of variation over √n. */
const samplingError = (samples: readonly CostSample[], n: number): number => {
  const total = samples.reduce((sum, each) => ({ n: sum.n + each.n, log: sum.log + each.logSum, squares: sum.squares + each.logSquares }), {
    n: 0,
    log: 0,
    squares: 0,
  });
  if (total.n < 2) return Number.POSITIVE_INFINITY;
  const variance = Math.max(0, (total.squares - (total.log * total.log) / total.n) / (total.n - 1));
  return Math.sqrt(Math.expm1(variance) / n);
};

const logMean = ({ nanos, n }: CostSample): number => Math.log(nanos / n);

/**
 * Whether a request costs more than it usually does at this time of day: the logarithm of the mean against the median of the last seven days'
 * (a median, so that one bad day does not become usual), in units of the widest of the days' own spread, what chance alone would do with so few
 * requests, and a least spread.
 * @param windows narrowest first: the first with `wanted` requests decides, else the widest
 */
export const costRegression = (params: CostRegressionParams, windows: readonly CostWindow[]): Judgement => {
  const { wanted, minRequests, minDays } = params;
  const window = windows.find(({ now }) => now.n >= wanted) ?? windows.at(-1);
  const now = window?.now;
  const days = (window?.days ?? []).filter(({ n, nanos }) => n >= minRequests && nanos > 0);
  const n = now?.n ?? 0;
  const within = now === undefined ? '' : ` in ${humanDuration(now.windowMs)}`;
  const usual = median(days.map(logMean));
  const base = {
    value: null,
    threshold: params.ratio,
    baseline: usual === null ? null : Math.exp(usual),
    unit: 'nanos',
    n,
    numbers: { requests: n, window_ms: now?.windowMs ?? null, days: days.length, z_limit: params.z, ratio_limit: params.ratio },
  } as const;
  if (now === undefined || n < minRequests || now.nanos <= 0)
    return { ...base, said: 'unknown', reason: `${n} priced requests${within}: fewer than ${minRequests} prove nothing` };
  const each = now.nanos / n;
  if (usual === null || days.length < minDays)
    return {
      ...base,
      value: each,
      said: 'unknown',
      reason: `${days.length} earlier days with enough requests at this hour: fewer than ${minDays} make nothing usual`,
    };
  return compare(params, { ...base, value: each }, now, days, usual);
};

const compare = (
  { z: zLimit, ratio: ratioLimit, recovery, minSpread }: CostRegressionParams,
  base: Omit<Judgement, 'said' | 'reason'> & { readonly value: number },
  now: CostSample,
  days: readonly CostSample[],
  usual: number,
): Judgement => {
  const excess = logMean(now) - usual;
  const spread = robustSpread(days.map(logMean)) ?? 0;
  const chance = samplingError([now, ...days], now.n);
  const scale = Math.max(spread, chance, minSpread);
  const z = excess / scale;
  const ratio = Math.exp(excess);
  const reason =
    `${formatMoney(Math.round(base.value))} a request over ${now.n} requests in ${humanDuration(now.windowMs)}, ` +
    `${ratio.toFixed(2)} × the usual ${formatMoney(Math.round(Math.exp(usual)))} of this time of day (${days.length} days, z ${z.toFixed(1)})`;
  const numbers = { ...base.numbers, ratio, z, log_excess: excess, spread_of_days: spread, sampling_error: chance, scale };
  const said = z > zLimit && ratio > ratioLimit ? 'breach' : ratio <= recovery ? 'clear' : 'between';
  return { ...base, said, reason, numbers };
};

/** The literal rule, for those who ask for it: the mean of the window against `ratio` times that of the days before, whatever it rests on. */
export const costLiterally = (
  { ratio, recovery }: Pick<CostRegressionParams, 'ratio' | 'recovery'>,
  now: CostSample,
  before: CostSample,
): Judgement => {
  const each = now.n === 0 ? null : now.nanos / now.n;
  const usual = before.n === 0 ? null : before.nanos / before.n;
  const base = { value: each, threshold: ratio, baseline: usual, unit: 'nanos', n: now.n } as const;
  const numbers = { requests: now.n, window_ms: now.windowMs, requests_before: before.n, ratio_limit: ratio };
  if (each === null || usual === null || usual === 0)
    return { ...base, said: 'unknown', reason: 'no priced requests in the window, or before it', numbers };
  const times = each / usual;
  return {
    ...base,
    said: times > ratio ? 'breach' : times <= recovery ? 'clear' : 'between',
    reason: `${formatMoney(Math.round(each))} a request in ${humanDuration(now.windowMs)}, ${times.toFixed(2)} × the mean of ${humanDuration(before.windowMs)} before`,
    numbers: { ...numbers, ratio: times },
  };
};
