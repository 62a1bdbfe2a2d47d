import type { Cache } from '../../ground/store/port.ts';
import { rehearse } from '../../ground/store/rehearse.ts';
import { type Grain, widthUs } from '../../ground/units/window.ts';
import { grainCodes } from '../traces/codes.ts';
import { markDirty } from '../traces/settle.cache.ts';
import { cellsAsText, daysOfRuns } from './inventory.cache.ts';
import { rebuildRollups } from './rebuild-rollups.ts';

export interface VerifiedRollups {
  /** UTC days that were looked at, as their starts in epoch microseconds. */
  readonly days: readonly number[];
  /** Those whose statistics are not what their requests make. */
  readonly wrong: readonly number[];
}

/** Days that are compared at most, spread evenly from the oldest to the newest. */
const sampleOf = 7;

/** Makes the statistics of some days again from their requests and compares. What was marked must have been recomputed; nothing is changed. */
export const verifyRollups = (cache: Cache): VerifiedRollups => {
  const days = daysOfRuns(cache, widthUs.day);
  const step = Math.max(1, (days.length - 1) / (sampleOf - 1));
  const sample = [...new Set(Array.from({ length: Math.min(sampleOf, days.length) }, (_, at) => days[Math.round(at * step)] ?? 0))];
  const wrong = sample.filter((day) => !isAsRebuilt(cache, day));
  return { days: sample.map(startOf), wrong: wrong.map(startOf) };
};

const startOf = (day: number): number => day * widthUs.day;

const isAsRebuilt = (cache: Cache, day: number): boolean =>
  rehearse(cache, () => {
    const ranges = (['quarter', 'hour', 'day'] as const).map((grain) => rangeIn(grain, day));
    const before = cellsAsText(cache, ranges);
    const { from, to } = rangeIn('quarter', day);
    markDirty(
      cache,
      Array.from({ length: to - from }, (_, at) => from + at),
      0,
    );
    rebuildRollups(cache);
    const after = cellsAsText(cache, ranges);
    return before.length === after.length && before.every((line, at) => line === after[at]);
  });

const quartersOf = (day: number): readonly number[] => {
  const { from, to } = rangeIn('quarter', day);
  return Array.from({ length: to - from }, (_, at) => from + at);
};

const rangeIn = (grain: Grain, day: number) => {
  const times = widthUs.day / widthUs[grain];
  return { grain: grainCodes[grain], from: day * times, to: (day + 1) * times };
};

/** Makes the statistics of every day again that still has its requests. */
export const remakeRollups = (cache: Cache): void => {
  for (const day of daysOfRuns(cache, widthUs.day)) cache.transact(() => markDirty(cache, quartersOf(day), 0));
  rebuildRollups(cache);
};
