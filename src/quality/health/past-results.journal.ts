import type { Journal } from '../../ground/store/port.ts';
import type { Beat } from './heartbeat.ts';
import type { CheckResult, CheckStatus, PastResult } from './result.ts';

interface Row {
  readonly id: string;
  readonly check_id: string;
  readonly slot_at: number | null;
  readonly ended_at: number;
  readonly status: string;
  readonly outcome: string | null;
  readonly cost_nanos: number | null;
  readonly in_maintenance: number;
  readonly reason: string;
  readonly trace_id: string | null;
  readonly drift: string;
}

/** What tells, long after, how a check stood at any moment. */
export type KeptResult = PastResult & Pick<CheckResult, 'reason' | 'traceId' | 'drift'>;

/** The results of an agent that ended after one instant and up to another (UTC epoch ms), oldest first, so far as they tell how its checks stood. */
export const resultsBetween = async (
  journal: Journal,
  agent: string,
  { after, until }: { readonly after: number; readonly until: number },
): Promise<readonly KeptResult[]> => {
  const rows = await journal.all<Row>(
    `SELECT id, check_id, slot_at, ended_at, status, outcome, cost_nanos, in_maintenance, reason, trace_id, drift FROM check_result
      WHERE agent = ? AND ended_at > ? AND ended_at <= ? ORDER BY ended_at, id`,
    ...[agent, after, until],
  );
  return rows.map((row) => ({
    id: row.id,
    agent,
    check: row.check_id,
    slotAt: row.slot_at,
    endedAt: row.ended_at,
    status: row.status as CheckStatus,
    outcome: row.outcome as CheckResult['outcome'],
    costNanos: row.cost_nanos,
    inMaintenance: row.in_maintenance === 1,
    reason: row.reason,
    traceId: row.trace_id,
    drift: JSON.parse(row.drift) as string[],
  }));
};

/** The beats of a check after one instant and up to another (UTC epoch ms), oldest first. */
export const beatsBetween = async (
  journal: Journal,
  agent: string,
  check: string,
  { after, until }: { readonly after: number; readonly until: number },
): Promise<readonly Beat[]> => {
  const rows = await journal.all<{ at: number; status: string; note: string }>(
    'SELECT at, status, note FROM beat WHERE agent = ? AND check_id = ? AND at > ? AND at <= ? ORDER BY at, id',
    ...[agent, check, after, until],
  );
  return rows.map(({ at, status, note }) => ({ at, status: status === 'fail' ? 'fail' : 'ok', note }));
};

/** When checks of an agent ended, after one instant and up to another (UTC epoch ms), oldest first. */
export const endingsBetween = async (
  journal: Journal,
  agent: string,
  { after, until }: { readonly after: number; readonly until: number },
): Promise<readonly number[]> => {
  const sql = 'SELECT ended_at FROM check_result WHERE agent = ? AND ended_at > ? AND ended_at <= ? ORDER BY ended_at';
  const rows = await journal.all<{ ended_at: number }>(sql, agent, after, until);
  return rows.map(({ ended_at: at }) => at);
};
