import type { Journal, Param, Write } from '../../ground/store/port.ts';
import { inParts } from './in-parts.journal.ts';
import type { Arm, Trial, TrialAssertion, TrialStatus } from './trial.ts';

interface Row {
  run_id: string;
  case_id: string;
  arm: string;
  trial: number;
  status: string;
  outcome: string | null;
  reason: string;
  score: number | null;
  latency_ms: number | null;
  ttft_ms: number | null;
  cost_nanos: number | null;
  judge_nanos: number | null;
  trace_id: string | null;
  started_at: number;
  ended_at: number;
  assertions: string;
  conversation: string | null;
}

const columns =
  'run_id, case_id, arm, trial, status, outcome, reason, score, latency_ms, ttft_ms, cost_nanos, judge_nanos, trace_id, started_at, ended_at, assertions, conversation';

/** A trial stands once; one that could not be asked may be asked again. */
const insert = `INSERT INTO eval_trial (${columns}) VALUES (${columns.replace(/[a-z_]+/g, '?')})
  ON CONFLICT (run_id, case_id, arm, trial) DO UPDATE SET ${columns
    .split(', ')
    .slice(4)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')} WHERE eval_trial.status = 'error'`;

/** The writes that keep finished trials. */
export const trialWrites = (trials: readonly Trial[]): readonly Write[] =>
  trials.map((trial) => ({ sql: insert, params: paramsOf(trial) }));

const paramsOf = (trial: Trial): readonly Param[] => [
  trial.runId,
  trial.caseId,
  trial.arm,
  trial.index,
  trial.status,
  trial.outcome,
  trial.reason,
  trial.score,
  trial.latencyMs,
  trial.ttftMs,
  trial.costNanos,
  trial.judgeNanos,
  trial.traceId,
  trial.startedAt,
  trial.endedAt,
  JSON.stringify(trial.assertions),
  trial.conversation === null ? null : JSON.stringify(trial.conversation),
];

const readRow = (row: Row): Trial => ({
  runId: row.run_id,
  caseId: row.case_id,
  arm: row.arm as Arm,
  index: Number(row.trial),
  status: row.status as TrialStatus,
  outcome: row.outcome as Trial['outcome'],
  reason: row.reason,
  score: row.score,
  latencyMs: row.latency_ms,
  ttftMs: row.ttft_ms,
  costNanos: row.cost_nanos,
  judgeNanos: row.judge_nanos,
  traceId: row.trace_id,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  assertions: JSON.parse(row.assertions) as TrialAssertion[],
  conversation: row.conversation === null ? null : (JSON.parse(row.conversation) as Trial['conversation']),
});

/** What a trial is known by inside its run. */
export const trialKey = (caseId: string, arm: Arm, index: number): string => `${arm}/${index}/${caseId}`;

/** Those trials of some cases that need not be asked again, as `trialKey`s: a trial that could not be asked or judged is not among them. */
export const settledTrials = async (journal: Journal, runId: string, caseIds: readonly string[]): Promise<ReadonlySet<string>> => {
  const rows = await inParts([...new Set(caseIds)], (some, places) =>
    journal.all<Pick<Row, 'case_id' | 'arm' | 'trial'>>(
      `SELECT case_id, arm, trial FROM eval_trial WHERE run_id = ? AND status <> 'error' AND case_id IN (${places})`,
      runId,
      ...some,
    ),
  );
  return new Set(rows.map(({ case_id, arm, trial }) => trialKey(case_id, arm as Arm, Number(trial))));
};

/** The trials that did not pass of some cases: of each case the fails first, each in order. */
export const readFailedTrials = async (journal: Journal, runId: string, caseIds: readonly string[]): Promise<readonly Trial[]> => {
  const rows = await inParts(caseIds, (some, places) =>
    journal.all<Row>(
      `SELECT ${columns} FROM eval_trial WHERE run_id = ? AND arm = 'candidate' AND status <> 'pass' AND case_id IN (${places})
        ORDER BY case_id, CASE status WHEN 'fail' THEN 0 ELSE 1 END, trial`,
      runId,
      ...some,
    ),
  );
  return rows.map(readRow);
};

/** Every trial of a run, in a stable order. */
export const readTrials = async (journal: Journal, runId: string): Promise<readonly Trial[]> => {
  const rows = await journal.all<Row>(`SELECT ${columns} FROM eval_trial WHERE run_id = ? ORDER BY case_id, arm, trial`, runId);
  return rows.map(readRow);
};

/** The writes that give a run the trials of others. */
export const copyTrialWrites = (runId: string, from: readonly string[]): readonly Write[] =>
  from.map((id) => ({
    sql: `INSERT INTO eval_trial (${columns}) SELECT ${columns.replace('run_id', '?')} FROM eval_trial WHERE run_id = ?`,
    params: [runId, id],
  }));

/** The messages of what was only shown in one trial of a run; empty where everything decided. */
export const readAdvisories = async (journal: Journal, runId: string): Promise<readonly string[]> => {
  const [row] = await journal.all<{ assertions: string }>(
    `SELECT assertions FROM eval_trial WHERE run_id = ? AND assertions LIKE '%"advisory":true%' LIMIT 1`,
    runId,
  );
  const assertions = row === undefined ? [] : (JSON.parse(row.assertions) as TrialAssertion[]);
  return assertions.flatMap(({ advisory, message }) => (advisory === true ? message : []));
};
