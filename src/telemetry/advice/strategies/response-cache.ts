import { bitsWithin, differingBits } from '../../traces/prompt-sketch.ts';
import { type Call, type Day, type Evidence, type Stretch, tasksOf } from '../call.ts';
import { type Advice, type Draft, mostExemplars } from '../draft.ts';
import { type DailySaving, type DayDraws, dayOf, noSaving, savingOf } from '../estimate.ts';

/** How long an answer may be given again. */
const keptUs = 24 * 3_600_000_000;
/** Prompts at least this alike are taken for the same question. */
const similarity = 0.8;
/** Of one user: the newest prompts that a new one is held against. */
const mostCompared = 500;
/** Repeats by which similar prompts are held against equal ones; fewer are chance. */
const enoughRepeats = 20;
/** Answers whose lengths differ by more than this did not say the same. */
const sameLength = 0.2;

/** Days and the task that a saving is about. */
interface Wanted {
  readonly days: readonly Day[];
  readonly task: number;
}

/**
 * Answers of a model given again for prompts that come again: at least those that are equal but for dates, ids, letter case and spacing,
 * at most those with three-word shingles alike to 80 %; of the same user, within a day. One finding a task.
 */
export const adviseResponseCache = (evidence: Evidence, draws: DayDraws): Advice => {
  const { calls } = evidence.prompts;
  if (calls.every(({ key }) => key === null))
    return {
      drafts: [],
      lacks: [{ strategy: 'response-cache', missing: 'the traces hold no prompts, so nobody can tell which come again' }],
    };
  return { drafts: tasksOf(calls).flatMap((task) => adviseTask(evidence, task, draws) ?? []), lacks: [] };
};

const adviseTask = (evidence: Evidence, task: number, draws: DayDraws): Draft | null => {
  const { agent, days, span, prompts, stretches } = evidence;
  const wanted = { days, task };
  const isWhole = stretches.length === 1 && stretches[0] === prompts;
  const near = replayAll(stretches, wanted);
  const exact = isWhole ? near : frequent(replay({ ...prompts, calls: rareOf(prompts.calls) }, wanted, false), near);
  const uplift = near.equalHits < enoughRepeats ? 1 : Math.max(1, near.similarNanos / Math.max(1, near.equalNanos));
  const high = isWhole ? near.similar : exact.equal.map((nanos) => nanos * uplift);
  const mid = exact.equal.map((nanos, day) => (nanos + (high[day] ?? 0)) / 2);
  const saving = savingOf({ low: exact.equal, mid, high, seen: exact.seen }, days, span, draws);
  if (saving === null || exact.traces.length === 0) return null;
  const { lengths, hits, anonymous } = exact;
  const differ = lengths === 0 ? 0 : exact.unequal / lengths;
  return {
    agent,
    task: evidence.word(task),
    saving,
    grade: 'measured',
    coverage: exact.known * evidence.priced,
    assumptions: [
      { name: 'hours an answer is kept', value: 24, low: 24, high: 24 },
      { name: 'similarity that counts as the same question', value: similarity, low: similarity, high: 1 },
    ],
    harm: [
      `${share(differ)} of ${lengths.toLocaleString('en-US')} repeats were answered at a length more than 20% apart: so often a stored answer would have been another one.`,
      ...(anonymous > hits / 2
        ? ['The traces name no user: an answer made for one would be given to another unless the cache is told who asks.']
        : []),
      'What was true then is said again: keep answers about orders, stock or prices out of it.',
    ],
    traces: exact.traces,
    step: { kind: 'response-cache' },
  };
};

/** Of a sample of prompts, one that alone is so much of its calls says nothing of those that were not drawn. */
const mostOfSample = 0.02;

const rareOf = (calls: readonly Call[]): readonly Call[] => {
  const counts = new Map<number | null, number>();
  for (const { key } of calls) counts.set(key, (counts.get(key) ?? 0) + 1);
  return calls.filter(({ key }) => (counts.get(key) ?? 0) <= Math.max(enoughRepeats, mostOfSample * calls.length));
};

/** What was seen to come again more often: rare prompts over a whole day, or all of them in parts of days, which show too few repeats but no more. */
const frequent = (a: Replayed, b: Replayed): Replayed => (shareOf(a) >= shareOf(b) ? a : b);

const shareOf = ({ equalNanos, seen }: Replayed): number =>
  equalNanos /
  Math.max(
    1,
    seen.reduce((sum, nanos) => sum + nanos, 0),
  );

const share = (value: number): string => `${Math.round(value * 100)}%`;

interface Replayed {
  /** Nano-dollars a day of calls that a store of equal prompts, and of similar ones, would have answered; and of all calls. */
  readonly equal: Float64Array;
  readonly similar: Float64Array;
  readonly seen: Float64Array;
  equalNanos: number;
  similarNanos: number;
  equalHits: number;
  hits: number;
  /** Hits by nobody that is named. */
  anonymous: number;
  /** Repeats with an answer of known length, and those whose length is another. */
  lengths: number;
  unequal: number;
  /** Share of the calls whose prompt is known. */
  known: number;
  readonly traces: number[];
}

/** What is kept of an answer. */
interface Stored {
  readonly atUs: number;
  readonly output: number;
  readonly minHash: Int32Array | null;
}

const mostBits = bitsWithin(similarity);

/** Plays the calls of a stretch through a store of answers. Its first day fills the store and is not counted, where there is more than that. */
const replay = (stretch: Stretch, { days, task }: Wanted, withSimilar: boolean, into?: Replayed): Replayed => {
  const result = into ?? emptyReplay(days);
  const { fromUs, toUs } = stretch.range;
  const countedFrom = fromUs + Math.min(keptUs, (toUs - fromUs) / 3);
  const byKey = new Map<string, Stored>();
  const byUser = new Map<string, Stored[]>();
  let [all, known] = [0, 0];
  for (const call of stretch.calls) {
    const counts = call.startUs >= countedFrom;
    const day = dayOf(days, call);
    if (counts) result.seen[day] = (result.seen[day] ?? 0) + call.costNanos;
    if (call.task !== task) continue;
    all += 1;
    if (call.key === null || call.isError) continue;
    known += 1;
    const scope = `${call.user} ${call.model}`;
    const key = `${scope} ${call.key}`;
    const since = call.startUs - keptUs;
    const old = byKey.get(key);
    const isEqual = old !== undefined && old.atUs >= since;
    const recent = byUser.get(scope) ?? [];
    const isSimilar = isEqual || (withSimilar && isAnswered(recent, call, since));
    if (counts && isEqual) noteEqual(result, call, old, day);
    if (counts && isSimilar) noteSimilar(result, call, day);
    if (isEqual) continue;
    const stored = { atUs: call.startUs, output: call.output, minHash: call.minHash };
    byKey.set(key, stored);
    // A store by similarity answers this one and keeps the old answer; a store by equal prompts keeps the new one as well.
    if (isSimilar || !withSimilar) continue;
    recent.push(stored);
    if (recent.length > 2 * mostCompared) recent.splice(0, mostCompared);
    byUser.set(scope, recent);
  }
  result.known = all === 0 ? result.known : known / all;
  return result;
};

const replayAll = (stretches: readonly Stretch[], wanted: Wanted): Replayed => {
  const result = emptyReplay(wanted.days);
  for (const stretch of stretches) replay(stretch, wanted, true, result);
  return result;
};

const isAnswered = (recent: readonly Stored[], { minHash }: Call, since: number): boolean => {
  if (minHash === null) return false;
  for (let at = recent.length - 1; at >= Math.max(0, recent.length - mostCompared); at--) {
    const stored = recent[at] as Stored;
    if (stored.atUs < since) return false;
    if (stored.minHash !== null && differingBits(stored.minHash, minHash) <= mostBits) return true;
  }
  return false;
};

const noteEqual = (result: Replayed, call: Call, old: Stored, day: number): void => {
  result.equal[day] = (result.equal[day] ?? 0) + call.costNanos;
  result.equalNanos += call.costNanos;
  result.equalHits += 1;
  result.lengths += 1;
  if (Math.abs(call.output - old.output) > sameLength * Math.max(1, old.output)) result.unequal += 1;
};

const noteSimilar = (result: Replayed, call: Call, day: number): void => {
  result.similar[day] = (result.similar[day] ?? 0) + call.costNanos;
  result.similarNanos += call.costNanos;
  result.hits += 1;
  if (call.user === 0) result.anonymous += 1;
  if (result.traces.length < mostExemplars && !result.traces.includes(call.trace)) result.traces.push(call.trace);
};

const emptyReplay = (days: readonly Day[]): Replayed => {
  const { low: equal, high: similar, seen }: DailySaving = noSaving(days);
  return {
    ...{ equal, similar, seen, equalNanos: 0, similarNanos: 0, equalHits: 0, hits: 0, anonymous: 0, lengths: 0, unequal: 0, known: 0 },
    traces: [],
  };
};
