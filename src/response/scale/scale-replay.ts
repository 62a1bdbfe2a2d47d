import { calmMs, type Sample, type ScaleAct } from './scale-rule.ts';

/** Work that comes in, in steps of equal length. */
export interface Load {
  /** UTC epoch ms of the first step. */
  readonly from: number;
  readonly stepMs: number;
  /** How much comes in each step. */
  readonly arrivals: readonly number[];
}

/** What does the work. */
export interface Plant {
  /** What one worker ends in a minute while there is work. */
  readonly perMinute: number;
  /** Until a worker that was asked for begins, ms; one that is taken away ends at once. */
  readonly startMs: number;
  /** Workers at the beginning. */
  readonly workers: number;
}

/** What is known when a number of workers is asked for. */
export interface Moment {
  readonly now: number;
  /** As many as were asked for last. */
  readonly workers: number;
  /** Every step so far, oldest first; the newest is now. */
  readonly samples: readonly Sample[];
  readonly acts: readonly ScaleAct[];
}

/** Answers how many workers there shall be. */
export type Scaler = (moment: Moment) => number;

/** How a course of work went. Times are ms. */
export interface Course {
  readonly waits: { readonly p50Ms: number | null; readonly p95Ms: number | null; readonly longestMs: number | null };
  /** The share of the work that waited longer than it should; null: nobody says how long it may, or there was none. */
  readonly lateShare: number | null;
  readonly deepest: number;
  readonly workerHours: number;
  readonly mostWorkers: number;
  readonly acts: readonly ScaleAct[];
  /** The most flaps within one hour. */
  readonly flapsInHour: number;
}

/** The instants at which what was taken away less than an hour ago was put back, UTC epoch ms. @param acts oldest first */
export const flapsOf = (acts: readonly ScaleAct[]): readonly number[] =>
  acts.flatMap((act, at) => {
    const before = acts[at - 1];
    return act.to > act.from && before !== undefined && before.to < before.from && act.at - before.at < calmMs ? [act.at] : [];
  });

/** The most instants within any hour. */
export const mostInHour = (instants: readonly number[]): number =>
  Math.max(0, ...instants.map((from) => instants.filter((each) => each >= from && each - from < calmMs).length));

interface Cohort {
  readonly at: number;
  left: number;
}

/** Work of so much that waited so long. */
interface Waited {
  readonly ms: number;
  readonly work: number;
}

/** Lets work come in as it did, and workers end it in the order it came, with as many of them as a scaler asks for at each step. */
export const replay = (
  { from, stepMs, arrivals }: Load,
  { perMinute, startMs, workers: first }: Plant,
  scaler: Scaler,
  lateMs: number | null,
): Course => {
  const [samples, acts, waited]: [Sample[], ScaleAct[], Waited[]] = [[], [], []];
  const starting: { readonly at: number; readonly count: number }[] = [];
  const queue: Cohort[] = [];
  let [asked, running, backlog, deepest, workerMs, mostWorkers, oldest] = [first, first, 0, 0, 0, first, 0];
  for (const [step, come] of arrivals.entries()) {
    const now = from + step * stepMs;
    while ((starting[0]?.at ?? Number.POSITIVE_INFINITY) <= now) running += starting.shift()?.count ?? 0;
    if (come > 0) queue.push({ at: now, left: come });
    backlog += come;
    const capacity = (running * perMinute * stepMs) / 60_000;
    let served = 0;
    while (served < capacity && oldest < queue.length) {
      const cohort = queue[oldest] as Cohort;
      const taken = Math.min(cohort.left, capacity - served);
      // Work of one step comes evenly over it, and is begun evenly where it is begun.
      const begun = now + ((served + taken / 2) / capacity) * stepMs;
      waited.push({ ms: Math.max(0, begun - (cohort.at + stepMs / 2)), work: taken });
      cohort.left -= taken;
      served += taken;
      if (cohort.left <= 1e-9) oldest += 1;
    }
    backlog = Math.max(0, backlog - served);
    const working = Math.min(running, Math.ceil(served / Math.max(1e-9, capacity / Math.max(1, running))));
    const depth = Math.round(backlog) + (served > 0 ? working : 0);
    const end = now + stepMs;
    samples.push({ at: end, depth, waitMs: oldest < queue.length ? end - ((queue[oldest] as Cohort).at + stepMs / 2) : null });
    deepest = Math.max(deepest, depth);
    workerMs += asked * stepMs;
    mostWorkers = Math.max(mostWorkers, asked);
    const wanted = scaler({ now: end, workers: asked, samples, acts });
    if (wanted === asked) continue;
    acts.push({ at: end, from: asked, to: wanted });
    if (wanted > asked) starting.push({ at: end + startMs, count: wanted - asked });
    else running = withdraw(starting, running, asked - wanted);
    asked = wanted;
  }
  return {
    ...waitFigures(waited, lateMs),
    deepest,
    workerHours: workerMs / 3_600_000,
    mostWorkers,
    acts,
    flapsInHour: mostInHour(flapsOf(acts)),
  };
};

/** Those that have not begun yet are taken away first. Answers how many go on running. */
const withdraw = (starting: { readonly at: number; readonly count: number }[], running: number, fewer: number): number => {
  let left = fewer;
  while (left > 0 && starting.length > 0) {
    const last = starting.pop() as (typeof starting)[number];
    if (last.count > left) starting.push({ ...last, count: last.count - left });
    left -= Math.min(left, last.count);
  }
  return running - left;
};

const waitFigures = (waited: readonly Waited[], lateMs: number | null): Pick<Course, 'waits' | 'lateShare'> => {
  const sorted = [...waited].sort((one, other) => one.ms - other.ms);
  const all = sorted.reduce((sum, { work }) => sum + work, 0);
  const quantile = (share: number): number | null => {
    let passed = 0;
    for (const { ms, work } of sorted) {
      passed += work;
      if (passed >= share * all) return ms;
    }
    return sorted.at(-1)?.ms ?? null;
  };
  const late = lateMs === null ? 0 : sorted.reduce((sum, { ms, work }) => sum + (ms > lateMs ? work : 0), 0);
  return {
    waits: { p50Ms: quantile(0.5), p95Ms: quantile(0.95), longestMs: sorted.at(-1)?.ms ?? null },
    lateShare: lateMs === null || all === 0 ? null : late / all,
  };
};
