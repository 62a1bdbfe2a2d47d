import type { Call, Day } from './call.ts';
import type { Saving } from './saving.ts';

/** Fewer days are no measurement: what differs from week to week is not seen. */
export const enoughDays = 14;
/** Fewer days say nothing at all. */
export const leastDays = 3;
const resamples = 1000;
const [lowRank, highRank] = [0.05, 0.95];
const nanosPerDollar = 1e9;
const monthDays = 30;
const usPerDay = 86_400_000_000;

/**
 * How often each of so many days is drawn, draw after draw: the same draws for every figure, so that two of them differ by what the days
 * show and not by chance.
 */
export type DayDraws = (days: number) => Uint16Array;

/** Draws of days with replacement, made once for each number of days. */
export const drawDays = (random: () => number): DayDraws => {
  const known = new Map<number, Uint16Array>();
  return (days) => {
    const found = known.get(days);
    if (found !== undefined) return found;
    const counts = new Uint16Array(resamples * days);
    for (let draw = 0; draw < resamples; draw++)
      for (let step = 0; step < days; step++) {
        const at = draw * days + Math.floor(random() * days);
        counts[at] = (counts[at] ?? 0) + 1;
      }
    known.set(days, counts);
    return counts;
  };
};

/** What one strategy would have saved, day by day of an agent, nano-dollars of the calls that were looked at. */
export interface DailySaving {
  /** With every assumption at its least favourable, likeliest and most favourable value. */
  readonly low: Float64Array;
  readonly mid: Float64Array;
  readonly high: Float64Array;
  /** What the calls that were looked at cost. */
  readonly seen: Float64Array;
}

export const noSaving = (days: readonly Day[]): DailySaving => {
  const zeros = () => new Float64Array(days.length);
  return { low: zeros(), mid: zeros(), high: zeros(), seen: zeros() };
};

/** The position of a call's day among the days of its agent. */
export const dayOf = (days: readonly Day[], { startUs }: Pick<Call, 'startUs'>): number =>
  Math.floor((startUs - (days[0]?.startUs ?? 0)) / usPerDay);

/**
 * Dollars per 30 days: the saved share of what was looked at, times all that was spent. The range is at each end the wider of what the
 * assumptions allow and of what other days might have shown: a bootstrap of whole days, 1,000 draws, 5 to 95 %. Null: nothing was looked at.
 */
export const savingOf = (daily: DailySaving, days: readonly Day[], span: number, draws: DayDraws): Saving | null => {
  const costs = Float64Array.from(days, ({ costNanos }) => costNanos);
  const [seen, spent] = [sumOf(daily.seen), sumOf(costs)];
  if (seen <= 0 || span <= 0) return null;
  const scale = monthDays / span / nanosPerDollar;
  const of = (saved: Float64Array): number => (sumOf(saved) / seen) * spent * scale;
  const [low, mid, high] = [of(daily.low), of(daily.mid), of(daily.high)];
  const drawn = drawTotals(daily, costs, draws(days.length));
  const widened = (at: number): number => mid + ((drawn[Math.round(at * (resamples - 1))] ?? 0) * scale - mid) * smallSample(days.length);
  return { low: Math.min(low, mid, widened(lowRank)), mid, high: Math.max(high, mid, widened(highRank)) };
};

/** What an agent's model calls cost, dollars per 30 days. */
export const spentOf = (days: readonly Day[], span: number): number =>
  span <= 0 ? 0 : (days.reduce((sum, { costNanos }) => sum + costNanos, 0) * monthDays) / span / nanosPerDollar;

/** As `savingOf`, without a range. Null: nothing was looked at. */
export const totalOf = ({ mid, seen }: DailySaving, days: readonly Day[], span: number): number | null => {
  const looked = sumOf(seen);
  return looked <= 0 ? null : (sumOf(mid) / looked) * spentOf(days, span);
};

/** The totals of each draw of days; sorted. */
const drawTotals = ({ mid, seen }: DailySaving, costs: Float64Array, counts: Uint16Array): Float64Array => {
  const days = costs.length;
  const totals = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw++) {
    let [saved, looked, spent] = [0, 0, 0];
    for (let day = 0; day < days; day++) {
      const times = counts[draw * days + day] as number;
      saved += times * (mid[day] as number);
      looked += times * (seen[day] as number);
      spent += times * (costs[day] as number);
    }
    totals[draw] = looked > 0 ? (saved / looked) * spent : 0;
  }
  return totals.sort();
};

/** A bootstrap of few values is too narrow: by √(n / (n − 1)), and by how much Student's t is wider than the normal distribution. */
const smallSample = (count: number): number => (count < 2 ? 1 : Math.sqrt(count / (count - 1)) * (1 + 1.5 / (count - 1)));

const sumOf = (values: Float64Array): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};
