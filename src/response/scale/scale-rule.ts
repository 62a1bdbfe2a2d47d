import { humanDuration } from '../../ground/units/duration.ts';

/** How a number of workers follows a queue. Times are milliseconds. */
export interface ScaleRule {
  /** More workers above this much work for each. */
  readonly upAt: number;
  /** Fewer below this much for each, all the time for so long. Between the two nothing changes. */
  readonly downAt: number;
  readonly forMs: number;
  /** More workers where work waits longer; null: however long it waits. */
  readonly waitMs: number | null;
  /** After a change there is none for so long. */
  readonly coolDownMs: number;
  /** Workers that are taken away at once. */
  readonly step: number;
  readonly min: number;
  /** Null: nobody said, so that there are never more. */
  readonly max: number | null;
}

/** A queue at one moment, UTC epoch ms. */
export interface Sample {
  readonly at: number;
  /** What waits and what is worked on; null: not known. */
  readonly depth: number | null;
  /** How long work waits, ms; null: not known. */
  readonly waitMs: number | null;
}

/** A change of the number of workers, UTC epoch ms. */
export interface ScaleAct {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** All that a decision rests on. */
export interface Scene {
  /** UTC epoch ms. */
  readonly now: number;
  /** As many as there are, or were last asked for; null: not known. */
  readonly workers: number | null;
  /** Oldest first; the newest is the one that is decided on. */
  readonly samples: readonly Sample[];
  /** Oldest first, of the last two hours at least. */
  readonly acts: readonly ScaleAct[];
  /** Why there must be no more now, a sentence each. */
  readonly guards: readonly string[];
  /** Why there must be no change at all, a sentence each. */
  readonly holds: readonly string[];
}

export type DecisionCause =
  | 'deep'
  | 'waits'
  | 'below_min'
  | 'quiet'
  | 'enough'
  | 'once_seen'
  | 'not_long_quiet'
  | 'calm'
  | 'cool_down'
  | 'at_bound'
  | 'no_max'
  | 'guarded'
  | 'held'
  | 'stopped'
  | 'unknown';

/** What is to become of the number of workers, and why. */
export interface Decision {
  readonly move: 'up' | 'down' | 'hold';
  /** Where it holds, as many as there are; null: not known. */
  readonly wanted: number | null;
  readonly cause: DecisionCause;
  readonly why: string;
}

/** Two looks nearer to each other are one: statistics of some servers are five seconds old. ms */
export const confirmMs = 5000;
/** Between two looks nobody knows what happened if they are further apart; ticks come every five minutes at the least. ms */
export const gapMs = 360_000;
/** So long nothing is taken away after what was taken away had to be put back. ms */
export const calmMs = 3_600_000;

/**
 * How many workers there shall be. Up at once, by what two looks agree on; down by a step after a long quiet; in between not at all. What is
 * not known changes nothing. Whatever happens to the queue, what was taken away is put back at most once an hour.
 */
export const decide = (rule: ScaleRule, scene: Scene): Decision => {
  const { now, workers, samples, acts, holds } = scene;
  const hold = (cause: DecisionCause, why: string): Decision => ({ move: 'hold', wanted: workers, cause, why });
  const [held] = holds;
  if (held !== undefined) return hold('held', held);
  const newest = samples.at(-1);
  if (newest === undefined || newest.depth === null) return hold('unknown', 'how much waits is not known');
  if (now - newest.at > gapMs) return hold('unknown', `how much waits was last seen ${humanDuration(now - newest.at)} ago`);
  if (workers === null) return hold('unknown', 'how many workers there are is not known');
  if (workers === 0 && rule.min > 0) return hold('stopped', 'it has no workers: somebody stopped it, and may start it again');
  const last = acts.at(-1);
  if (last !== undefined && now - last.at < rule.coolDownMs)
    return hold('cool_down', `it was changed ${humanDuration(now - last.at)} ago, and is left alone for ${humanDuration(rule.coolDownMs)}`);
  const pressure = pressureOf(rule, workers, newest);
  return pressure === null
    ? downward(rule, scene, { workers, depth: newest.depth }, hold)
    : upward(rule, scene, { workers, depth: newest.depth, pressure }, hold);
};

/** When what was taken away last had to be put back within an hour, UTC epoch ms; null: it was not. @param acts oldest first */
export const lastFlap = (acts: readonly ScaleAct[]): number | null =>
  acts.findLast((act, at) => {
    const before = acts[at - 1];
    return isUp(act) && before !== undefined && !isUp(before) && act.at - before.at < calmMs;
  })?.at ?? null;

interface Pressure {
  readonly cause: 'deep' | 'waits' | 'below_min';
  readonly why: string;
  /** As many as it calls for, beside what the depth calls for. */
  readonly enough: number;
}

type Hold = (cause: DecisionCause, why: string) => Decision;
interface Standing {
  readonly workers: number;
  readonly depth: number;
}

const isUp = ({ from, to }: ScaleAct): boolean => to > from;

/** Why there should be more workers; null: there need not be. A wait calls for more only where each has work: else they would idle, too. */
const pressureOf = ({ upAt, waitMs, min }: ScaleRule, workers: number, { depth, waitMs: waits }: Sample): Pressure | null => {
  if (depth === null) return null;
  const isLate = waitMs !== null && waits !== null && waits > waitMs && depth > workers;
  // The longer it waits, the more; but no more than there is work.
  const enough = isLate ? Math.min(depth, Math.ceil((workers * waits) / waitMs)) : 0;
  if (workers < min) return { cause: 'below_min', why: `${workers} are fewer than the ${min} that there must be`, enough };
  const each = depth / Math.max(1, workers);
  if (each > upAt || (workers === 0 && depth > 0))
    return { cause: 'deep', why: `${figure(each)} for each worker is more than ${figure(upAt)}`, enough };
  if (!isLate) return null;
  return { cause: 'waits', why: `work waits ${humanDuration(Math.round(waits))}, longer than ${humanDuration(waitMs)}`, enough };
};

const upward = (
  rule: ScaleRule,
  { samples, guards }: Scene,
  { workers, depth, pressure }: Standing & { readonly pressure: Pressure },
  hold: Hold,
): Decision => {
  const { cause, why } = pressure;
  if (!isConfirmed(rule, workers, samples)) return hold('once_seen', `${why}; it was seen once, and one look moves nothing`);
  const [guard] = guards;
  if (guard !== undefined) return hold('guarded', `${why}; but there must be no more: ${guard}`);
  if (rule.max === null) return hold('no_max', `${why}; but nobody said how many there may be`);
  if (workers >= rule.max) return hold('at_bound', `${why}; but ${workers} are as many as there may be`);
  const enough = Math.max(Math.ceil(depth / rule.upAt), workers + 1, rule.min, pressure.enough);
  return { move: 'up', wanted: Math.min(rule.max, mostAfter(workers), enough), cause, why };
};

/** Twice as many, or ten more. */
const mostAfter = (workers: number): number => Math.max(2 * workers, workers + 10);

const isConfirmed = (rule: ScaleRule, workers: number, samples: readonly Sample[]): boolean => {
  const newest = samples.at(-1);
  const before = samples.findLast(({ at, depth }) => newest !== undefined && depth !== null && newest.at - at >= confirmMs);
  return newest !== undefined && before !== undefined && newest.at - before.at <= gapMs && pressureOf(rule, workers, before) !== null;
};

const downward = (rule: ScaleRule, { now, samples, acts }: Scene, { workers, depth }: Standing, hold: Hold): Decision => {
  const each = depth / Math.max(1, workers);
  if (each >= rule.downAt)
    return hold('enough', `${figure(each)} for each worker is between ${figure(rule.downAt)} and ${figure(rule.upAt)}`);
  const why = `${figure(each)} for each worker is less than ${figure(rule.downAt)}`;
  if (workers <= rule.min) return hold('at_bound', `${why}; but ${workers} ${workers === 1 ? 'is' : 'are'} as few as there may be`);
  const quietMs = quietFor(rule, workers, samples, acts.at(-1)?.at ?? Number.NEGATIVE_INFINITY);
  if (quietMs < rule.forMs)
    return hold('not_long_quiet', `${why}, for ${humanDuration(quietMs)} of the ${humanDuration(rule.forMs)} that it must be`);
  const flap = lastFlap(acts);
  if (flap !== null && now - flap < calmMs)
    return hold('calm', `${why}; but what was taken away had to be put back ${humanDuration(now - flap)} ago, and is left for an hour`);
  // The last worker stays while there is work for it.
  const fewest = Math.max(rule.min, depth > 0 ? 1 : 0);
  if (workers <= fewest) return hold('at_bound', `${why}; but what is there needs a worker`);
  return { move: 'down', wanted: Math.max(fewest, workers - rule.step), cause: 'quiet', why: `${why} for ${humanDuration(quietMs)}` };
};

/** How long there was too little to do up to the newest sample, ms: since the last change, and without a gap in what is known. */
const quietFor = (rule: ScaleRule, workers: number, samples: readonly Sample[], since: number): number => {
  const end = samples.at(-1)?.at ?? 0;
  let begin = end;
  for (const sample of [...samples].reverse()) {
    if (sample.at <= since || begin - sample.at > gapMs) break;
    if (sample.depth === null) continue;
    if (sample.depth / Math.max(1, workers) >= rule.downAt || pressureOf(rule, workers, sample) !== null) break;
    begin = sample.at;
  }
  return end - begin;
};

const figure = (value: number): string => String(Math.round(value * 100) / 100);
