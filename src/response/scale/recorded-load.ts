import { depthOf, type QueueSample } from '../../controls/queues/queue-sample.ts';
import { addedBetween } from './queue-rates.ts';
import type { Load } from './scale-replay.ts';

/** Work that was counted between two instants, UTC epoch ms. */
export interface Counted {
  readonly from: number;
  readonly to: number;
  readonly work: number;
}

/** The most a look may be older than the one before it, so that what came in between is known well enough. ms */
const farthestMs = 900_000;

/** What was put into a queue between its samples, oldest first; of queues that do not count it, nothing. */
export const countedWork = (samples: readonly QueueSample[]): readonly Counted[] =>
  samples.flatMap((last, at) => {
    const first = samples[at - 1];
    const work = first === undefined || last.at - first.at > farthestMs ? null : addedBetween(first, last);
    return first === undefined || work === null ? [] : [{ from: first.at, to: last.at, work }];
  });

/** How much of a window was counted, 0 to 1. */
export const coverageOf = (counted: readonly Counted[], windowMs: number): number =>
  Math.min(1, counted.reduce((sum, { from, to }) => sum + to - from, 0) / windowMs);

/**
 * Counted work on a grid of equal steps, evenly within what was counted at once. Where nothing was counted it goes on as before: a gap in
 * what is known is no pause in what was done.
 * @param counted oldest first
 */
export const loadOf = (counted: readonly Counted[], stepMs: number): Load => {
  const from = counted[0]?.from ?? 0;
  const to = counted.at(-1)?.to ?? 0;
  const arrivals = new Array<number>(Math.max(0, Math.ceil((to - from) / stepMs))).fill(0);
  const covered = new Array<number>(arrivals.length).fill(0);
  for (const each of counted) {
    const length = each.to - each.from;
    for (let step = Math.floor((each.from - from) / stepMs); step < arrivals.length && from + step * stepMs < each.to; step += 1) {
      const begin = from + step * stepMs;
      const overlap = Math.max(0, Math.min(each.to, begin + stepMs) - Math.max(each.from, begin));
      arrivals[step] = (arrivals[step] ?? 0) + (length === 0 ? 0 : (each.work * overlap) / length);
      covered[step] = (covered[step] ?? 0) + overlap;
    }
  }
  let before = 0;
  for (const [step, known] of covered.entries()) {
    if (known > 0) before = ((arrivals[step] ?? 0) * stepMs) / known;
    arrivals[step] = before;
  }
  return { from, stepMs, arrivals };
};

/** Fewer stretches than this are chance. */
const fewestStretches = 3;

/** What one worker ends in a minute, as the queue shows where all of them had work all the time: the median. Null: that was hardly ever so. */
export const measuredRate = (samples: readonly QueueSample[]): number | null => {
  const rates = samples.flatMap((last, at) => {
    const first = samples[at - 1];
    if (first === undefined || last.at - first.at > farthestMs || last.at <= first.at) return [];
    const [put, before, after] = [addedBetween(first, last), depthOf(first), depthOf(last)];
    const workers = Math.max(workersIn(first) ?? 0, workersIn(last) ?? 0);
    if (put === null || before === null || after === null || workers === 0 || Math.min(before, after) < 2 * workers) return [];
    const out = put + before - after;
    return out <= 0 ? [] : [(out * 60_000) / (workers * (last.at - first.at))];
  });
  const sorted = rates.sort((one, other) => one - other);
  return sorted.length < fewestStretches ? null : (sorted[Math.floor(sorted.length / 2)] ?? null);
};

/** As many as a control was set to, else as the queue saw; null: not known. */
export const workersIn = ({ replicas, workers }: Pick<QueueSample, 'replicas' | 'workers'>): number | null => replicas ?? workers;
