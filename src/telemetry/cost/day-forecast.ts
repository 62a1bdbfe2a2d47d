import { z95 } from '../../ground/math/intervals.ts';
import type { Forecast } from './budget.ts';

/** Fewer days say nothing of the rest of this one. */
export const fewestDays = 3;

export interface DaySoFar {
  /** Nano-dollars since the day began in UTC. */
  readonly spentNanos: number;
  /** Nano-dollars that each day before cost from this time of day on. */
  readonly rests: readonly number[];
}

/** Carries this time of the last days on to the end of today; null where fewer than three are known. */
export const forecastDay = ({ spentNanos, rests }: DaySoFar): Forecast | null => {
  if (rests.length < fewestDays) return null;
  const mean = rests.reduce((sum, nanos) => sum + nanos, 0) / rests.length;
  const variance = rests.reduce((sum, nanos) => sum + (nanos - mean) ** 2, 0) / (rests.length - 1);
  // The rest of a day varies by itself, and its mean is only known from as many days as there were.
  const half = z95 * Math.sqrt(variance * (1 + 1 / rests.length));
  const expected = spentNanos + mean;
  return { expected, low: Math.max(spentNanos, expected - half), high: expected + half };
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * What each day before today cost from the time of day of `now` on; of the hour that is under way, the share of it that is left. The first
 * day that anything is known of counts where that was known by this time of it.
 * @param hourly nano-dollars by the start of the hour, UTC epoch ms @param most so many days back
 */
export const restsOfDays = (hourly: ReadonlyMap<number, number>, now: number, most: number): readonly number[] => {
  const today = Math.floor(now / dayMs) * dayMs;
  const known = Math.min(today, ...hourly.keys());
  const first = Math.max(today - most * dayMs, Math.ceil((known - (now - today)) / dayMs) * dayMs);
  const [hour, share] = [Math.floor((now - today) / hourMs), 1 - ((now - today) % hourMs) / hourMs];
  const rests: number[] = [];
  for (let day = first; day < today; day += dayMs) {
    let rest = share * (hourly.get(day + hour * hourMs) ?? 0);
    for (let at = hour + 1; at < 24; at += 1) rest += hourly.get(day + at * hourMs) ?? 0;
    rests.push(rest);
  }
  return rests;
};
