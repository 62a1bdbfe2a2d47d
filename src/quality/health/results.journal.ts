import type { Journal, Param, Write } from '../../ground/store/port.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Beat } from './heartbeat.ts';
import { type AssertionResult, type CheckResult, type CheckStatus, type Failure, isAnswered, type PastResult } from './result.ts';

interface Row {
  id: string;
  agent: string;
  check_id: string;
  slot_at: number | null;
  started_at: number;
  ended_at: number;
  status: string;
  outcome: string | null;
  cause: string | null;
  reason: string;
  attempts: number;
  latency_ms: number | null;
  ttft_ms: number | null;
  cost_nanos: number | null;
  judge_nanos: number | null;
  cost_source: string | null;
  trace_id: string | null;
  assertions: string;
  safety: number;
  in_maintenance: number;
  fingerprint: string | null;
  drift: string;
}

const columns =
  'id, agent, check_id, slot_at, started_at, ended_at, status, outcome, cause, reason, attempts, latency_ms, ttft_ms, cost_nanos, judge_nanos, cost_source, trace_id, assertions, safety, in_maintenance, fingerprint, drift';
const marks = columns.replace(/[a-z_]+/g, '?');

const insert = `INSERT INTO check_result (${columns}) VALUES (${marks}) ON CONFLICT DO NOTHING`;

/**
 * Stores finished results in one commit. A result that is there already is left as it is. A slot holds one result: where another
 * process was first, this one is kept beside it, as if a person had asked for it.
 */
export const saveResults = (journal: Journal, results: readonly CheckResult[]): Promise<void> =>
  journal.commit(
    results.flatMap((result): readonly Write[] => [
      { sql: insert, params: paramsOf(result) },
      ...(result.slotAt === null ? [] : [{ sql: insert, params: paramsOf({ ...result, slotAt: null }) }]),
    ]),
  );

const paramsOf = (result: CheckResult): readonly Param[] => [
  result.id,
  result.agent,
  result.check,
  result.slotAt,
  result.startedAt,
  result.endedAt,
  result.status,
  result.outcome,
  result.cause,
  result.reason,
  result.attempts,
  result.latencyMs,
  result.ttftMs,
  result.costNanos,
  result.judgeNanos,
  result.costSource,
  result.traceId,
  JSON.stringify(result.assertions),
  result.safety ? 1 : 0,
  result.inMaintenance ? 1 : 0,
  result.fingerprint === null ? null : JSON.stringify(result.fingerprint),
  JSON.stringify(result.drift),
];

const readRow = (row: Row): CheckResult => ({
  id: row.id,
  agent: row.agent,
  check: row.check_id,
  slotAt: row.slot_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  status: row.status as CheckStatus,
  outcome: row.outcome as CheckResult['outcome'],
  cause: row.cause,
  reason: row.reason,
  attempts: row.attempts,
  latencyMs: row.latency_ms,
  ttftMs: row.ttft_ms,
  costNanos: row.cost_nanos,
  judgeNanos: row.judge_nanos,
  costSource: row.cost_source as CheckResult['costSource'],
  traceId: row.trace_id,
  assertions: JSON.parse(row.assertions) as AssertionResult[],
  safety: row.safety === 1,
  inMaintenance: row.in_maintenance === 1,
  fingerprint: row.fingerprint === null ? null : (JSON.parse(row.fingerprint) as Fingerprint),
  drift: JSON.parse(row.drift) as string[],
});

/** Which results of a check are meant: every one, or those that filled a scheduled slot. */
export type Series = 'all' | 'slots';

const only = (series: Series): string => (series === 'slots' ? ' AND slot_at IS NOT NULL' : '');

/** The latest results of a check up to a moment, newest first. What a clock that was ahead has written for later does not hide them. */
export const latestResults = async (
  journal: Journal,
  { agent, check, series, until, limit }: { agent: string; check: string; series: Series; until: number; limit: number },
): Promise<readonly PastResult[]> => {
  const rows = await journal.all<Pick<Row, 'id' | 'slot_at' | 'ended_at' | 'status' | 'outcome' | 'cost_nanos' | 'in_maintenance'>>(
    `SELECT id, slot_at, ended_at, status, outcome, cost_nanos, in_maintenance FROM check_result
      WHERE agent = ? AND check_id = ? AND ended_at <= ?${only(series)} ORDER BY ended_at DESC, id DESC LIMIT ?`,
    agent,
    check,
    until,
    limit,
  );
  return rows.map((row) => ({
    id: row.id,
    agent,
    check,
    slotAt: row.slot_at,
    endedAt: row.ended_at,
    status: row.status as CheckStatus,
    outcome: row.outcome as CheckResult['outcome'],
    costNanos: row.cost_nanos,
    inMaintenance: row.in_maintenance === 1,
  }));
};

/** A result with all that was stored of it; null where there is none of that id. */
export const resultById = async (journal: Journal, id: string): Promise<CheckResult | null> => {
  const [row] = await journal.all<Row>(`SELECT ${columns} FROM check_result WHERE id = ?`, id);
  return row === undefined ? null : readRow(row);
};

/** The latest scheduled slot, at or before a moment, that was filled; null where none was. */
export const lastSlotAt = async (journal: Journal, agent: string, check: string, until: number): Promise<number | null> => {
  const [row] = await journal.all<{ slot_at: number | null }>(
    'SELECT MAX(slot_at) AS slot_at FROM check_result WHERE agent = ? AND check_id = ? AND slot_at <= ?',
    agent,
    check,
    until,
  );
  return row?.slot_at ?? null;
};

/** What the agent told of itself last time, up to a moment; null where it never told. */
export const lastFingerprint = async (journal: Journal, agent: string, check: string, until: number): Promise<Fingerprint | null> => {
  const [row] = await journal.all<{ fingerprint: string }>(
    `SELECT fingerprint FROM check_result WHERE agent = ? AND check_id = ? AND ended_at <= ? AND fingerprint IS NOT NULL
      ORDER BY ended_at DESC, id DESC LIMIT 1`,
    agent,
    check,
    until,
  );
  return row === undefined ? null : (JSON.parse(row.fingerprint) as Fingerprint);
};

/**
 * The last failure of a check between two moments, both included, one by an answer before one without; null where there was none.
 * Scheduled or not: it happened.
 */
export const lastFailure = async (
  journal: Journal,
  agent: string,
  check: string,
  since: number,
  until: number,
): Promise<Failure | null> => {
  const rows = await journal.all<{ ended_at: number; reason: string; outcome: CheckResult['outcome'] }>(
    `SELECT ended_at, reason, outcome FROM check_result
      WHERE agent = ? AND check_id = ? AND ended_at BETWEEN ? AND ? AND status = 'fail' ORDER BY ended_at DESC, id DESC`,
    agent,
    check,
    since,
    until,
  );
  const row = rows.find(({ outcome }) => isAnswered(outcome)) ?? rows[0];
  return row === undefined ? null : { at: row.ended_at, reason: row.reason, answered: isAnswered(row.outcome) };
};

const statuses: readonly CheckStatus[] = ['pass', 'degraded', 'fail', 'error', 'skipped'];

/**
 * How many results in a row, `last` being the last of them, ended as it did, and when the first of them ended. A skipped check neither
 * lengthens nor ends another's streak. `length` is 0 where `last` itself is not stored so.
 */
export const streakOf = async (journal: Journal, last: PastResult, series: Series): Promise<{ length: number; since: number | null }> => {
  const breaking = statuses.filter((status) => status !== last.status && status !== 'skipped');
  const upToLast = `FROM check_result WHERE agent = ? AND check_id = ?${only(series)} AND (ended_at, id) <= (?, ?)`;
  const [broken] = await journal.all<{ ended_at: number; id: string }>(
    `SELECT ended_at, id ${upToLast} AND status IN (${breaking.map(() => '?').join(', ')}) ORDER BY ended_at DESC, id DESC LIMIT 1`,
    ...[last.agent, last.check, last.endedAt, last.id, ...breaking],
  );
  const [row] = await journal.all<{ length: number; since: number | null }>(
    `SELECT COUNT(*) AS length, MIN(ended_at) AS since ${upToLast} AND (ended_at, id) > (?, ?) AND status = ?`,
    ...[last.agent, last.check, last.endedAt, last.id, broken?.ended_at ?? -1, broken?.id ?? '', last.status],
  );
  return { length: Number(row?.length ?? 0), since: row?.since ?? null };
};

/** Share of the judged results since a moment that passed, maintenance left out; null where none was judged. `check` null: of all checks. */
export const uptimeSince = async (journal: Journal, agent: string, check: string | null, since: number): Promise<number | null> => {
  const [row] = await journal.all<{ good: number | null; judged: number }>(
    `SELECT SUM(CASE WHEN status IN ('pass', 'degraded') THEN 1 ELSE 0 END) AS good, COUNT(*) AS judged FROM check_result
      WHERE agent = ? ${check === null ? '' : 'AND check_id = ? '}AND ended_at >= ? AND in_maintenance = 0 AND status IN ('pass', 'degraded', 'fail')`,
    ...(check === null ? [agent, since] : [agent, check, since]),
  );
  return row === undefined || Number(row.judged) === 0 ? null : Number(row.good ?? 0) / Number(row.judged);
};

/** Nano-dollars the checks of an agent have cost since a moment, as far as it was told. */
export const spentSince = async (journal: Journal, agent: string, since: number): Promise<number> => {
  const [row] = await journal.all<{ spent: number | null }>(
    'SELECT SUM(COALESCE(cost_nanos, 0) + COALESCE(judge_nanos, 0)) AS spent FROM check_result WHERE agent = ? AND ended_at >= ?',
    agent,
    since,
  );
  return Number(row?.spent ?? 0);
};

/** How many of the latest results of a check are looked through for one that tells what it cost. */
const costDepth = 20;

/** Nano-dollars that a check cost the last time this was told, its judges with it, up to a moment; null where none of its latest results tells. */
export const lastCost = async (journal: Journal, agent: string, check: string, until: number): Promise<number | null> => {
  const [row] = await journal.all<{ cost: number }>(
    `SELECT COALESCE(cost_nanos, 0) + COALESCE(judge_nanos, 0) AS cost FROM (
       SELECT cost_nanos, judge_nanos, ended_at, id FROM check_result WHERE agent = ? AND check_id = ? AND ended_at <= ?
        ORDER BY ended_at DESC, id DESC LIMIT ${costDepth}
     ) AS latest WHERE cost_nanos IS NOT NULL OR judge_nanos > 0 ORDER BY ended_at DESC, id DESC LIMIT 1`,
    agent,
    check,
    until,
  );
  return row === undefined ? null : Number(row.cost);
};

/** Results of an agent since a moment, oldest first. */
export const resultsSince = async (journal: Journal, agent: string, since: number): Promise<readonly CheckResult[]> => {
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM check_result WHERE agent = ? AND ended_at >= ? ORDER BY ended_at, id`,
    agent,
    since,
  );
  return rows.map(readRow);
};

/** Stores a beat under an id of its own. */
export const saveBeat = (journal: Journal, agent: string, check: string, id: string, beat: Beat): Promise<void> =>
  journal.commit([
    {
      sql: 'INSERT INTO beat (id, agent, check_id, at, status, note) VALUES (?, ?, ?, ?, ?, ?)',
      params: [id, agent, check, beat.at, beat.status, beat.note],
      rows: 1,
    },
  ]);

/** The last report of an agent about itself up to a moment; null where there is none. A beat of a clock that was ahead would count for ever. */
export const lastBeat = async (journal: Journal, agent: string, check: string, until: number): Promise<Beat | null> => {
  const [row] = await journal.all<{ at: number; status: string; note: string }>(
    'SELECT at, status, note FROM beat WHERE agent = ? AND check_id = ? AND at <= ? ORDER BY at DESC, id DESC LIMIT 1',
    agent,
    check,
    until,
  );
  return row === undefined ? null : { at: row.at, status: row.status === 'fail' ? 'fail' : 'ok', note: row.note };
};
