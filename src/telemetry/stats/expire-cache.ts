import type { Cache } from '../../ground/store/port.ts';
import { bucketOf, type Grain, widthUs } from '../../ground/units/window.ts';
import { freezeBefore, prunePayload, pruneSpans, shrinkFile } from '../traces/retention.cache.ts';
import { pruneBuckets } from './cells.cache.ts';
import { rebuildRollups } from './rebuild-rollups.ts';

/** How many days back what is kept. Days of rollups are kept for ever. */
export interface Retention {
  readonly payloadDays: number;
  readonly spanDays: number;
  readonly quarterDays: number;
  readonly hourDays: number;
}

export const defaultRetention: Retention = { payloadDays: 7, spanDays: 30, quarterDays: 90, hourDays: 400 };

export interface Expired {
  readonly traces: number;
  readonly payloads: number;
  readonly cells: number;
}

/** Deletes what is past its time, after every bucket that needs it was recomputed. Stopped half-way, the next call goes on. */
export const expireCache = (
  cache: Cache,
  nowUs: number,
  keep: Retention = defaultRetention,
  isStopped: () => boolean = () => false,
): Expired => {
  const before = (days: number) => (bucketOf('day', nowUs) - days) * widthUs.day;
  do rebuildRollups(cache, { isStopped });
  while (!isStopped() && !freezeBefore(cache, before(keep.spanDays)));
  const payloads = prunePayload(cache, before(keep.payloadDays));
  const traces = pruneSpans(cache, isStopped);
  // A day is made of its hours and an hour of its quarters as long as its spans are there: parts must outlive them.
  const grains: readonly (readonly [Grain, number])[] = [
    ['quarter', Math.max(keep.quarterDays, keep.spanDays)],
    ['hour', Math.max(keep.hourDays, keep.spanDays)],
  ];
  const cells = grains.reduce((sum, [grain, days]) => sum + pruneBuckets(cache, grain, before(days)), 0);
  if (traces + payloads + cells > 0) shrinkFile(cache, isStopped);
  return { traces, payloads, cells };
};
