import type { Journal, Param, Write } from '../../ground/store/port.ts';
import type { EvalRun, RunStatus, Verdict } from './run.ts';
import type { GateSettings, Severity } from './suite.ts';

interface Row {
  id: string;
  suite: string;
  agent: string;
  against: string | null;
  selection: string;
  shard_index: number;
  shard_of: number;
  status: string;
  started_at: number;
  ended_at: number | null;
  accepted_at: number | null;
  release: string | null;
  repeats: number;
  gate: string;
  verdict: string | null;
  summary: string | null;
}

type Summary = Pick<EvalRun, 'request' | 'baseline' | 'stoppedBecause' | 'headline'>;

const columns =
  'id, suite, agent, against, selection, shard_index, shard_of, status, started_at, ended_at, accepted_at, release, repeats, gate, verdict, summary';

const readRow = (row: Row): EvalRun => ({
  id: row.id,
  suite: row.suite,
  agent: row.agent,
  against: row.against,
  selection: row.selection,
  shard: { index: Number(row.shard_index), of: Number(row.shard_of) },
  status: row.status as RunStatus,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  acceptedAt: row.accepted_at,
  release: row.release,
  repeats: Number(row.repeats),
  gate: JSON.parse(row.gate) as GateSettings,
  verdict: row.verdict as Verdict | null,
  ...(JSON.parse(row.summary ?? '{}') as Summary),
});

const summaryOf = ({ request, baseline, stoppedBecause, headline }: Summary): string =>
  JSON.stringify({ request, baseline, stoppedBecause, headline });

/** The write that begins a run; fails (`Conflict`) where there is one of that id. */
export const beginWrite = (run: EvalRun): Write => ({
  sql: `INSERT INTO eval_run (${columns}) VALUES (${columns.replace(/[a-z_]+/g, '?')}) ON CONFLICT DO NOTHING`,
  params: paramsOf(run),
  rows: 1,
});

/** The write that keeps what may change of a run while it runs and when it ends. When it was accepted is not among it. */
export const updateWrite = (run: EvalRun): Write => ({
  sql: 'UPDATE eval_run SET status = ?, ended_at = ?, repeats = ?, verdict = ?, summary = ? WHERE id = ?',
  params: [run.status, run.endedAt, run.repeats, run.verdict, summaryOf(run), run.id],
  rows: 1,
});

const paramsOf = (run: EvalRun): readonly Param[] => [
  run.id,
  run.suite,
  run.agent,
  run.against,
  run.selection,
  run.shard.index,
  run.shard.of,
  run.status,
  run.startedAt,
  run.endedAt,
  run.acceptedAt,
  run.release,
  run.repeats,
  JSON.stringify(run.gate),
  run.verdict,
  summaryOf(run),
];

/** A case as a run has selected it. */
export interface RunCase {
  readonly id: string;
  readonly hash: string;
  readonly severity: Severity;
  readonly cluster: string | null;
  /** Its place in the suite, from 0. */
  readonly position: number;
  /** Trials that are planned of it. */
  readonly repeats: number;
}

/** The writes that note the cases of a run; one that is there already is left as it is. */
export const caseWrites = (runId: string, cases: readonly RunCase[]): readonly Write[] =>
  cases.map(({ id, hash, severity, cluster, position, repeats }) => ({
    sql: 'INSERT INTO eval_case (run_id, case_id, hash, severity, cluster, position, repeats) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    params: [runId, id, hash, severity, cluster, position, repeats],
  }));

/** Null where there is none. */
export const readRun = async (journal: Journal, id: string): Promise<EvalRun | null> => {
  const [row] = await journal.all<Row>(`SELECT ${columns} FROM eval_run WHERE id = ?`, id);
  return row === undefined ? null : readRow(row);
};

export interface RunFilter {
  readonly suite?: string | null;
  readonly agent?: string | null;
  readonly status?: readonly RunStatus[];
  readonly limit: number;
}

/** Runs, newest first. */
export const findRuns = async (
  journal: Journal,
  { suite = null, agent = null, status = [], limit }: RunFilter,
): Promise<readonly EvalRun[]> => {
  const conditions: readonly (readonly [string, readonly Param[]])[] = [
    ...(suite === null ? [] : [['suite = ?', [suite]] as const]),
    ...(agent === null ? [] : [['agent = ?', [agent]] as const]),
    ...(status.length === 0 ? [] : [[`status IN (${status.map(() => '?').join(', ')})`, status] as const]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM eval_run${where} ORDER BY started_at DESC, id DESC LIMIT ?`,
    ...conditions.flatMap(([, params]) => params),
    limit,
  );
  return rows.map(readRow);
};

/** The newest accepted runs of a suite against an agent, newest first. */
export const acceptedRuns = async (journal: Journal, suite: string, agent: string, limit: number): Promise<readonly EvalRun[]> => {
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM eval_run WHERE suite = ? AND agent = ? AND accepted_at IS NOT NULL ORDER BY accepted_at DESC, id DESC LIMIT ?`,
    suite,
    agent,
    limit,
  );
  return rows.map(readRow);
};

/** The parts of a run that was cut by `--shard`, in order. */
export const shardsOf = async (journal: Journal, name: string): Promise<readonly EvalRun[]> => {
  const prefix = `${name}.`;
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM eval_run WHERE shard_of > 1 AND substr(id, 1, ?) = ? ORDER BY shard_index, id`,
    prefix.length,
    prefix,
  );
  return rows.map(readRow);
};

/** The write that takes a run into the baseline; fails (`Conflict`) where it is in it already, or is gone. */
export const acceptWrite = (id: string, at: number): Write => ({
  sql: 'UPDATE eval_run SET accepted_at = ? WHERE id = ? AND accepted_at IS NULL',
  params: [at, id],
  rows: 1,
});

/** The cases of a run, in the order of the suite. */
export const readCases = async (journal: Journal, runId: string): Promise<readonly RunCase[]> => {
  const rows = await journal.all<Omit<RunCase, 'id'> & { case_id: string }>(
    'SELECT case_id, hash, severity, cluster, position, repeats FROM eval_case WHERE run_id = ? ORDER BY position, case_id',
    runId,
  );
  return rows.map(({ case_id: id, ...rest }) => ({ id, ...rest }));
};

/** The cases of a run whose severity is not normal. */
export const readSeverities = async (journal: Journal, runId: string): Promise<ReadonlyMap<string, Severity>> => {
  const rows = await journal.all<{ case_id: string; severity: string }>(
    "SELECT case_id, severity FROM eval_case WHERE run_id = ? AND severity <> 'normal'",
    runId,
  );
  return new Map(rows.map(({ case_id, severity }) => [case_id, severity as Severity]));
};

/** The cases of a run that did not always pass, whatever the reason. */
export const readFailedCaseIds = async (journal: Journal, runId: string): Promise<readonly string[]> => {
  const rows = await journal.all<{ case_id: string }>(
    "SELECT DISTINCT case_id FROM eval_trial WHERE run_id = ? AND arm = 'candidate' AND status <> 'pass' ORDER BY case_id",
    runId,
  );
  return rows.map((row) => row.case_id);
};

/** The writes that take a run out of the journal with all that belongs to it. */
export const removeWrites = (runId: string): readonly Write[] => [
  { sql: 'DELETE FROM eval_trial WHERE run_id = ?', params: [runId] },
  { sql: 'DELETE FROM eval_case WHERE run_id = ?', params: [runId] },
  { sql: 'DELETE FROM eval_run WHERE id = ?', params: [runId] },
];

/** The writes that give a run the cases of others. */
export const copyCaseWrites = (runId: string, from: readonly string[]): readonly Write[] =>
  from.map((id) => ({
    sql: `INSERT INTO eval_case (run_id, case_id, hash, severity, cluster, position, repeats)
      SELECT ?, case_id, hash, severity, cluster, position, repeats FROM eval_case WHERE run_id = ?`,
    params: [runId, id],
  }));
