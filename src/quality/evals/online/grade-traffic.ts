import type { AgentProtocol } from '../../../agents/protocols/port.ts';
import type { Fleet } from '../../../fleet/agent.ts';
import type { Registry } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import type { Cache, Journal } from '../../../ground/store/port.ts';
import { gradeTurns } from '../../expect/grade-turns.ts';
import type { Aids } from '../../expect/port.ts';
import { drawTraffic, readDrawn } from './draw-traffic.ts';
import {
  beginGradeWrite,
  endGradeWrite,
  forgetGradesWrite,
  type KnownGrade,
  markWrite,
  readGrades,
  readMark,
  unjudgedWrite,
} from './grades.journal.ts';
import type { Standard } from './load-standard.ts';
import { openCappedJudges, requirePrices } from './open-capped-judges.ts';
import { openPurse, type Purse } from './open-purse.ts';
import { recordScores } from './record-scores.ts';
import { type Graded, scoreCard } from './score-card.ts';
import { type Grading, startGrading } from './start-grading.ts';
import { isAskingJudges, mergeTally, type Stop, type TrafficReport, type TrafficTally, untouched } from './traffic-report.ts';

/** Whose answers are held against what. */
export interface Subject {
  readonly agent: string;
  /** The backend its traces come from. */
  readonly source: string;
  readonly standard: Standard;
  /** The name of the score that is the agent's quality. */
  readonly quality: string;
  /** The share of its traces that is drawn, 0 to 1. */
  readonly rate: number;
}

export interface TrafficOptions {
  readonly subjects: readonly Subject[];
  /** What is usually drawn; a subject may have a share of its own. */
  readonly rate: number;
  /** How far back is looked, ms; null: from where the last run ended, at first a day. */
  readonly sinceMs: number | null;
  /** Nano-dollars of a UTC day, for all that is graded; null: no cap. */
  readonly capNanos: number | null;
  /** Answers graded at the same time. */
  readonly concurrency: number;
  readonly protocols: Registry<AgentProtocol>;
  /** Draw and count, ask nobody and keep nothing. */
  readonly isRehearsal: boolean;
}

export interface TrafficEvent {
  readonly agent: string;
  readonly done: number;
  readonly drawn: number;
  readonly spentNanos: number;
}

const minute = 60_000;
const firstWindowMs = 24 * 60 * minute;
/** Traces arrive late; what was drawn before is known, so that looking again costs nothing but a look. */
const overlapMs = 60 * minute;
/** A request that has only just begun may not be whole yet. */
const settleMs = minute;
/** How often an answer is tried that no judge could judge. */
const mostAttempts = 3;
/** So many in a row that could not be judged mean the judges. */
const mostInRow = 5;

/**
 * Draws a share of what production answered, holds it against what is expected of every answer, and keeps the scores. Each trace is graded
 * at most once by a standard, whatever happens in between; money is held before each question to a judge. Throws a usage error where
 * nothing is kept that could be graded, or where a cap cannot be kept.
 */
export const gradeTraffic = async (
  ctx: Context,
  fleet: Fleet,
  options: TrafficOptions,
  on: (event: TrafficEvent) => void,
): Promise<TrafficReport> => {
  const { subjects, capNanos, concurrency, protocols, isRehearsal } = options;
  if (fleet.capture !== 'io')
    throw usageError({
      code: 'capture_off',
      message: 'prompts and answers are not kept, so that no answer can be graded: capture is none',
      hint: 'set capture: io in the manifest; what arrives from then on is kept',
    });
  const expected = subjects.flatMap(({ standard }) => standard.expect);
  if (capNanos !== null) await requirePrices(ctx, fleet, expected);
  const [journal, cache] = [await ctx.journal(), await ctx.cache()];
  const now = ctx.clock.now();
  const about = { generatedAt: now, rate: options.rate, capNanos, asksJudges: isAskingJudges(expected), isRehearsal };
  if (isRehearsal) {
    const tallies = [];
    for (const subject of subjects) tallies.push((await drawSubject(cache, journal, subject, options, now)).tally);
    const purse = openPurse(ctx, journal, capNanos, async () => undefined);
    return { ...about, subjects: tallies, stop: null, spentNanos: 0, todayNanos: await purse.todayNanos() };
  }
  const grading = await startGrading(ctx, journal);
  try {
    const purse = openPurse(ctx, journal, capNanos, grading.commit);
    const judges = await openCappedJudges(ctx, fleet, { protocols, cache, journal, concurrency, purse });
    const desk: Desk = { ctx, cache, journal, grading, purse, aids: { sandbox: ctx.sandbox, ...judges }, stop: null, inRow: 0 };
    const tallies: TrafficTally[] = [];
    for (const subject of subjects) tallies.push(await gradeSubject(desk, subject, options, now, on));
    await recordScores(fleet, cache, journal, grading, now);
    await grading.commit([forgetGradesWrite(now)]);
    return {
      ...about,
      subjects: tallies,
      stop: ctx.signal.aborted ? { kind: 'stopped', because: 'it was stopped' } : desk.stop,
      spentNanos: purse.spentNanos(),
      todayNanos: await purse.todayNanos(),
    };
  } finally {
    await grading.close();
  }
};

interface Desk {
  readonly ctx: Context;
  readonly cache: Cache;
  readonly journal: Journal;
  readonly grading: Grading;
  readonly purse: Purse;
  readonly aids: Aids;
  stop: Stop | null;
  /** Answers in a row that no judge could judge. */
  inRow: number;
}

interface DrawnSubject {
  readonly tally: TrafficTally;
  /** To be graded now, newest first: trace id and start in epoch µs. */
  readonly wanted: readonly (readonly [string, number])[];
  readonly toUs: number;
}

const drawSubject = async (
  cache: Cache,
  journal: Journal,
  { agent, source, standard, rate }: Subject,
  { sinceMs }: TrafficOptions,
  now: number,
): Promise<DrawnSubject> => {
  const key = { standard: standard.name, source, agent };
  const mark = await readMark(journal, key);
  const earliest = now - (sinceMs ?? firstWindowMs);
  const from = sinceMs === null && mark !== null ? Math.max(earliest, mark / 1000 - overlapMs) : earliest;
  const window = { fromUs: Math.floor(from * 1000), toUs: (now - settleMs) * 1000 };
  const { requests, drawn } = drawTraffic(cache, { agent, source, window, rate });
  // A trace may turn out to have begun earlier than it did when it was graded.
  const known = await readGrades(journal, key, window.fromUs - firstWindowMs * 1000);
  const tally = untouched({ ...key, ...window, rate, requests, drawn: drawn.size });
  const wanted: (readonly [string, number])[] = [];
  for (const [traceId, startUs] of drawn) {
    const grade = known.get(traceId);
    if (grade === undefined || (grade.state === 'unjudged' && grade.attempts < mostAttempts)) wanted.push([traceId, startUs]);
    else tally[earlier(grade)] += 1;
  }
  return { tally, wanted, toUs: window.toUs };
};

const earlier = ({ state }: KnownGrade): 'gradedBefore' | 'lost' | 'givenUp' =>
  state === 'graded' ? 'gradedBefore' : state === 'begun' ? 'lost' : 'givenUp';

const gradeSubject = async (
  desk: Desk,
  subject: Subject,
  options: TrafficOptions,
  now: number,
  on: (event: TrafficEvent) => void,
): Promise<TrafficTally> => {
  const { tally, wanted, toUs } = await drawSubject(desk.cache, desk.journal, subject, options, now);
  const left = [...wanted];
  const isStopped = () => desk.ctx.signal.aborted || desk.stop !== null;
  const work = async () => {
    for (let next = left.shift(); next !== undefined && !isStopped(); next = left.shift()) {
      await gradeTrace(desk, subject, tally, ...next);
      on({ agent: subject.agent, done: wanted.length - left.length, drawn: wanted.length, spentNanos: desk.purse.spentNanos() });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: options.concurrency }, work));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  if (tally.graded === 0 && tally.unjudged > 0) desk.stop ??= judgesDown(tally.unjudged, tally.trouble);
  const { standard, source, agent } = tally;
  if (!isStopped() && tally.unjudged === 0) await desk.grading.commit([markWrite({ standard, source, agent }, toUs)]);
  return tally;
};

const gradeTrace = async (desk: Desk, subject: Subject, tally: TrafficTally, traceId: string, startUs: number): Promise<void> => {
  const { ctx, cache, grading, purse, aids } = desk;
  const { agent, source, standard, quality } = subject;
  const request = readDrawn(cache, { agent, source, traceId });
  if (typeof request === 'string') {
    tally[request === 'without-text' ? 'withoutText' : request] += 1;
    return;
  }
  const graded: Graded = { standard: standard.name, source, traceId, agent };
  const { spanId, recorded } = request;
  await grading.commit([beginGradeWrite(graded, startUs, ctx.clock.now())]);
  const grades = await gradeTurns(standard.expect, [recorded.turn], { inputs: [recorded.input], vars: standard.vars, ...aids });
  const scores = scoreCard(grades, quality, graded);
  if (scores !== null) {
    const masked = scores.map((score) => ({ ...score, comment: ctx.secrets.mask(score.comment) }));
    await grading.commit([endGradeWrite({ ...graded, spanId, startedUs: startUs, at: ctx.clock.now(), scores: masked })]);
    mergeTally(tally, scores);
    desk.inRow = 0;
    return;
  }
  const because = purse.refusal();
  const isTried = because === null && !ctx.signal.aborted;
  await grading.commit([unjudgedWrite(graded, isTried)]);
  if (because !== null) desk.stop ??= { kind: 'capped', because };
  if (!isTried) return;
  tally.unjudged += 1;
  tally.trouble ??= ctx.secrets.mask(grades.find(({ verdict }) => verdict === 'error')?.message ?? '');
  desk.inRow += 1;
  if (desk.inRow >= mostInRow) desk.stop ??= judgesDown(desk.inRow, tally.trouble);
};

const judgesDown = (count: number, trouble: string | null): Stop => ({
  kind: 'judges-down',
  because: `${count === 1 ? 'the only answer' : `${count} answers in a row`} could not be judged: ${trouble ?? ''}`,
});
