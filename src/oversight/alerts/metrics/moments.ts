import type { SyncProgress } from '../../../telemetry/traces/spans.cache.ts';

const minuteMs = 60_000;
/** Agents that send by themselves do so in batches: younger requests may be on their way. */
const sendingLagMs = minuteMs;

/** Whether a source is not read: agents send to it by themselves. */
export const isSent = (progress: SyncProgress | null): boolean => progress !== null && progress.highUs === null && progress.cursor === null;

/**
 * Up to when the requests of a source are known (UTC epoch ms), as far as anybody can say; null: nothing ever came. What is read is known
 * as far as it was read; what agents send by themselves, up to a moment ago.
 */
export const watermarkOf = (progress: SyncProgress | null, now: number): number | null => {
  if (progress === null) return null;
  if (isSent(progress)) return now - sendingLagMs;
  const { highUs, syncedUs } = progress;
  return highUs === null ? null : Math.min(now, Math.floor(Math.min(highUs, syncedUs) / 1000));
};

/** The moment that is judged for what is known up to an instant: a whole minute, UTC epoch ms. */
export const momentOf = (instant: number): number => Math.floor(instant / minuteMs) * minuteMs;

/** How far apart moments are that nobody judged in time: every minute, or as far as it takes to be done soon. Whole minutes of the clock, so that every catch-up judges the same. */
const stepsMs = [1, 5, 15, 60].map((minutes) => minutes * minuteMs);
/** So many moments are judged at once. */
export const mostMoments = 24;

/** Moments to judge, oldest first, and how long before the first of them nobody judged at all. */
export interface Missed {
  readonly moments: readonly number[];
  /** Milliseconds; 0 unless it was away for longer than can be caught up on. */
  readonly leftOutMs: number;
}

/**
 * @param last the newest moment that was judged, UTC epoch ms; null: none was, and history is not made up for
 * @param newest judged whatever minute it lies in; those missed before it are whole minutes, a minute or more ago
 */
export const missedMoments = (last: number | null, newest: number): Missed => {
  if (last === null) return { moments: [newest], leftOutMs: 0 };
  if (newest <= last) return { moments: [], leftOutMs: 0 };
  const newestMissed = (stepMs: number): number => Math.floor((newest - minuteMs) / stepMs);
  const countBy = (stepMs: number): number => newestMissed(stepMs) - Math.floor(last / stepMs);
  const widest = stepsMs.at(-1) ?? minuteMs;
  const stepMs = stepsMs.find((step) => countBy(step) < mostMoments) ?? widest;
  const moments = [newest];
  let at = newestMissed(stepMs) * stepMs;
  for (; at > last && moments.length < mostMoments; at -= stepMs) moments.push(at);
  const first = moments.at(-1) ?? newest;
  return { moments: moments.reverse(), leftOutMs: at > last ? first - last : 0 };
};
