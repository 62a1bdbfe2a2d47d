import { z } from 'zod';
import { parseJson } from '../../../ground/json.ts';
import type { Journal, Write } from '../../../ground/store/port.ts';
import type { GivenScore, Graded } from './score-card.ts';

/** How far the grading of one answer is. `begun` stays where a kill came in between: nobody knows what was paid, so it is not graded again. */
export type GradeState = 'begun' | 'graded' | 'unjudged';

/** What is known of an answer that was drawn before. */
export interface KnownGrade {
  readonly state: GradeState;
  readonly attempts: number;
}

/** A graded answer whose scores wait for something. */
export interface WaitingGrade extends Graded {
  /** The span where the request begins; null: the trace as a whole. */
  readonly spanId: string | null;
  /** When the request started, epoch µs. */
  readonly startedUs: number;
  /** When it was graded, UTC epoch ms. */
  readonly at: number;
  readonly scores: readonly GivenScore[];
}

const days = 86_400_000;
/** How long it is remembered what was graded; nothing older is drawn. */
export const rememberedMs = 90 * days;

/** What was drawn of the requests to an agent that started from an instant (epoch µs) on, by trace. */
export const readGrades = async (
  journal: Journal,
  { standard, source, agent }: Omit<Graded, 'traceId'>,
  fromUs: number,
): Promise<ReadonlyMap<string, KnownGrade>> => {
  const rows = await journal.all<{ trace_id: string; state: GradeState; attempts: number }>(
    'SELECT trace_id, state, attempts FROM online_grade WHERE standard = ? AND source = ? AND agent = ? AND started_us >= ?',
    standard,
    source,
    agent,
    fromUs,
  );
  return new Map(rows.map(({ trace_id, state, attempts }) => [trace_id, { state, attempts: Number(attempts) }]));
};

/** The write with which grading an answer begins; a conflict where it was graded, or another process is at it. */
export const beginGradeWrite = ({ standard, source, traceId, agent }: Graded, startedUs: number, at: number): Write => ({
  sql: `INSERT INTO online_grade (standard, source, trace_id, agent, started_us, state, attempts, at) VALUES (?, ?, ?, ?, ?, 'begun', 1, ?)
    ON CONFLICT (standard, source, trace_id, agent) DO UPDATE SET state = 'begun', attempts = online_grade.attempts + 1, at = excluded.at
    WHERE online_grade.state = 'unjudged'`,
  params: [standard, source, traceId, agent, startedUs, at],
  rows: 1,
});

/** The write that keeps the scores of an answer, to be kept in the cache and posted later. */
export const endGradeWrite = ({ standard, source, traceId, agent, spanId, at, scores }: WaitingGrade): Write => ({
  sql: "UPDATE online_grade SET state = 'graded', at = ?, scores = ? WHERE standard = ? AND source = ? AND trace_id = ? AND agent = ? AND state = 'begun'",
  params: [at, JSON.stringify({ spanId, scores }), standard, source, traceId, agent],
  rows: 1,
});

/** The write for an answer that could not be judged and may be drawn again. @param counts false: nothing was tried, as where the money ended */
export const unjudgedWrite = ({ standard, source, traceId, agent }: Graded, counts: boolean): Write => ({
  sql: "UPDATE online_grade SET state = 'unjudged', attempts = attempts - ? WHERE standard = ? AND source = ? AND trace_id = ? AND agent = ? AND state = 'begun'",
  params: [counts ? 0 : 1, standard, source, traceId, agent],
  rows: 1,
});

/** Where scores wait to be taken to: the cache, or the backend their trace came from. */
export type Errand = 'is_kept' | 'is_posted';

/** Graded answers whose scores were not taken there yet, oldest first. */
export const readWaiting = async (journal: Journal, errand: Errand, since: number, limit: number): Promise<readonly WaitingGrade[]> => {
  const rows = await journal.all<{
    standard: string;
    source: string;
    trace_id: string;
    agent: string;
    started_us: number;
    at: number;
    scores: string;
  }>(
    `SELECT standard, source, trace_id, agent, started_us, at, scores FROM online_grade
     WHERE state = 'graded' AND ${errand} = 0 AND at >= ? ORDER BY at, trace_id LIMIT ?`,
    since,
    limit,
  );
  return rows.map(({ trace_id, started_us, scores, at, ...row }) => ({
    ...row,
    at: Number(at),
    startedUs: Number(started_us),
    traceId: trace_id,
    ...card.parse(parseJson(scores)),
  }));
};

const card = z.object({
  spanId: z.string().nullable(),
  scores: z.array(z.object({ id: z.string(), name: z.string(), value: z.number(), comment: z.string() })),
});

/** The write that says where the scores of an answer were taken. */
export const takenWrite = ({ standard, source, traceId, agent }: Graded, errand: Errand): Write => ({
  sql: `UPDATE online_grade SET ${errand} = 1 WHERE standard = ? AND source = ? AND trace_id = ? AND agent = ?`,
  params: [standard, source, traceId, agent],
  rows: 1,
});

/** The write that forgets what was graded long ago. */
export const forgetGradesWrite = (now: number): Write => ({
  sql: 'DELETE FROM online_grade WHERE started_us < ?',
  params: [(now - rememberedMs) * 1000],
});

/** Up to when everything that was drawn is graded or given up, epoch µs; null: nothing yet. */
export const readMark = async (journal: Journal, { standard, source, agent }: Omit<Graded, 'traceId'>): Promise<number | null> => {
  const [row] = await journal.all<{ high_us: number }>(
    'SELECT high_us FROM online_mark WHERE standard = ? AND source = ? AND agent = ?',
    standard,
    source,
    agent,
  );
  return row === undefined ? null : Number(row.high_us);
};

/** The write that moves the mark on; it never goes back. */
export const markWrite = ({ standard, source, agent }: Omit<Graded, 'traceId'>, highUs: number): Write => ({
  sql: `INSERT INTO online_mark (standard, source, agent, high_us) VALUES (?, ?, ?, ?)
    ON CONFLICT (standard, source, agent) DO UPDATE SET high_us = excluded.high_us WHERE excluded.high_us > online_mark.high_us`,
  params: [standard, source, agent, highUs],
});
