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
  /** How many values their variance rests on, less one: absent: the requests themselves; fewer where only sums of buckets are told. */
  readonly freedom?: number;
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
  /** Windows are looked through up to one that holds so many requests … */
  readonly wanted: number;
  /** … and prove nothing with fewer than these. */
  readonly minRequests: number;
  /** Days with at least `minRequests` in the same hours, without which nothing is usual. */
  readonly minDays: number;
  /** The least spread believed, in natural logarithms: 0.08 is 8 %. */
  readonly minSpread: number;
}

/**
 * How far the logarithm of the mean of `n` log-normal values may be off by chance: their coefficient of variation over √n. Values vary about
 * the mean of their own window: a jump of that mean is what is looked for, and must not pass for chance.
 */
const samplingError = (samples: readonly CostSample[], n: number): number => {
  let [squares, freedom] = [0, 0];
  for (const each of samples) {
    if (each.n < 2) continue;
    squares += Math.max(0, each.logSquares - (each.logSum * each.logSum) / each.n);
    freedom += each.freedom ?? each.n - 1;
  }
  return freedom === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(Math.expm1(squares / freedom) / n);
};

const logMean = ({ nanos, n }: CostSample): number => Math.log(nanos / n);

/**
 * Whether a request costs more than it usually does at this time of day: the logarithm of the mean against the median of the last seven days'
 * (a median, so that one bad day does not become usual), in units of the widest of the days' own spread, what chance alone would do with so few
 * requests, and a least spread.
 * @param windows narrowest first: of those up to the first with `wanted` requests, the narrowest in which it does decides, since a wide one is
 * slow to show what has just begun; where it does in none, the widest of them
 */
export const costRegression = (params: CostRegressionParams, windows: readonly CostWindow[]): Judgement => {
  const first = windows.findIndex(({ now }) => now.n >= params.wanted);
  const judgements = (first < 0 ? windows : windows.slice(0, first + 1)).map((window) => inWindow(params, window));
  const found = judgements.find(({ said }) => said === 'breach') ?? judgements.findLast(({ said }) => said !== 'unknown');
  return found ?? judgements.at(-1) ?? inWindow(params, { now: { windowMs: 0, n: 0, nanos: 0, logSum: 0, logSquares: 0 }, days: [] });
};

const inWindow = (params: CostRegressionParams, { now, days: all }: CostWindow): Judgement => {
  const { minRequests, minDays } = params;
  const { n } = now;
  const days = all.filter((day) => day.n >= minRequests && day.nanos > 0);
  const usual = median(days.map(logMean));
  const base = {
    value: null,
    threshold: params.ratio,
    baseline: usual === null ? null : Math.exp(usual),
    unit: 'nanos',
    n,
    numbers: { requests: n, window_ms: now.windowMs, days: days.length, z_limit: params.z, ratio_limit: params.ratio },
  } as const;
  if (n < minRequests || now.nanos <= 0)
    return {
      ...base,
      said: 'unknown',
      reason: `${n} priced requests in ${humanDuration(now.windowMs)}: fewer than ${minRequests} prove nothing`,
    };
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
