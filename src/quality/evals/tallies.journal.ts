import type { Journal } from '../../ground/store/port.ts';
import { inParts } from './in-parts.journal.ts';
import type { ErrorGroup } from './report.ts';
import type { Arm, CaseTally } from './trial.ts';

/** Rows that are read at once: those of a hundred thousand cases would take more memory than all that is kept of them. */
const pageRows = 5000;

/** Something of a case, and the place of the case in the suite. */
interface Placed<Item> {
  readonly position: number;
  readonly item: Item;
}

/** In the order of the suite; what shares a place stays as it was. */
const inOrder = <Item>(placed: Placed<Item>[]): readonly Item[] => placed.sort((a, b) => a.position - b.position).map(({ item }) => item);

/** What a run knows of each of its cases, in the order of the suite. Repeats that were added are counted in `added` too. */
export const readTallies = async (journal: Journal, runId: string, arm: Arm): Promise<readonly CaseTally[]> => {
  const sql = `SELECT c.case_id, c.position, c.hash, c.severity, c.cluster, ${sums('', '')}, ${sums('added_', 'AND t.trial >= c.repeats')}
    FROM eval_case c LEFT JOIN eval_trial t ON t.run_id = c.run_id AND t.case_id = c.case_id AND t.arm = ?
    WHERE c.run_id = ? AND c.case_id > ? GROUP BY c.run_id, c.case_id ORDER BY c.case_id LIMIT ?`;
  const found: Placed<CaseTally>[] = [];
  for (let after = ''; ; ) {
    const rows = await journal.all<AddedRow>(sql, arm, runId, after, pageRows);
    for (const row of rows) {
      const added = { passes: Number(row.added_passes), fails: Number(row.added_fails), errors: Number(row.added_errors) };
      const hasAdded = added.passes + added.fails + added.errors > 0;
      found.push({ position: row.position, item: hasAdded ? { ...tallyOf(row), added } : tallyOf(row) });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return inOrder(found);
    after = last.case_id;
  }
};

interface TallyRow {
  case_id: string;
  hash: string;
  severity: string;
  cluster: string | null;
  passes: number;
  fails: number;
  errors: number;
}

interface AddedRow extends TallyRow {
  position: number;
  added_passes: number;
  added_fails: number;
  added_errors: number;
}

const sums = (prefix: string, condition: string): string =>
  [
    ['passes', 'pass'],
    ['fails', 'fail'],
    ['errors', 'error'],
  ]
    .map(([name, status]) => `SUM(CASE WHEN t.status = '${status}' ${condition} THEN 1 ELSE 0 END) AS ${prefix}${name}`)
    .join(', ');

const tallyOf = (row: TallyRow): CaseTally => ({
  caseId: row.case_id,
  hash: row.hash,
  severity: row.severity as CaseTally['severity'],
  cluster: row.cluster,
  passes: Number(row.passes),
  fails: Number(row.fails),
  errors: Number(row.errors),
});

/** One case in one of several runs, without the repeats that were added there. */
export interface RunTally extends CaseTally {
  readonly runId: string;
}

/** The cases of several runs, a row for each case of each run. */
export const readRunTallies = async (journal: Journal, runIds: readonly string[]): Promise<readonly RunTally[]> => {
  const found = await inParts(runIds, (some, places) =>
    journal.all<TallyRow & { run_id: string }>(
      `SELECT c.run_id, c.case_id, c.hash, c.severity, c.cluster, ${sums('', 'AND t.trial < c.repeats')}
        FROM eval_case c LEFT JOIN eval_trial t ON t.run_id = c.run_id AND t.case_id = c.case_id AND t.arm = 'candidate'
        WHERE c.run_id IN (${places}) GROUP BY c.run_id, c.case_id, c.hash, c.severity, c.cluster, c.position ORDER BY c.position, c.case_id`,
      ...some,
    ),
  );
  return found.map((row) => ({ ...tallyOf(row), runId: row.run_id }));
};

/** A figure of each judged trial of the candidate, one list a case in the order of the suite; cases without any are left out. */
export const readFigures = async (
  journal: Journal,
  runId: string,
  figure: 'latency_ms' | 'cost_nanos',
): Promise<readonly (readonly number[])[]> => {
  // The arm in the order is the same in every row: with it, the order is that of the key.
  const sql = `SELECT t.case_id, t.trial, c.position, t.${figure} AS value
    FROM eval_trial t JOIN eval_case c ON c.run_id = t.run_id AND c.case_id = t.case_id
    WHERE t.run_id = ? AND (t.case_id, t.arm, t.trial) > (?, 'candidate', ?) AND t.arm = 'candidate' AND t.status <> 'error'
      AND t.${figure} IS NOT NULL
    ORDER BY t.case_id, t.arm, t.trial LIMIT ?`;
  const found: Placed<number[]>[] = [];
  for (let after = { case_id: '', trial: -1 }; ; ) {
    const rows = await journal.all<{ case_id: string; trial: number; position: number; value: number }>(
      sql,
      runId,
      after.case_id,
      after.trial,
      pageRows,
    );
    for (const row of rows) {
      if (row.case_id === after.case_id) found.at(-1)?.item.push(row.value);
      else found.push({ position: row.position, item: [row.value] });
      after = row;
    }
    if (rows.length < pageRows) return inOrder(found);
  }
};

/** What kept trials of a run from being judged, most frequent first. */
export const readErrorGroups = async (journal: Journal, runId: string): Promise<readonly ErrorGroup[]> => {
  const rows = await journal.all<{ outcome: string | null; count: number; reason: string }>(
    `SELECT outcome, COUNT(*) AS count, MIN(reason) AS reason FROM eval_trial WHERE run_id = ? AND status = 'error'
      GROUP BY outcome ORDER BY COUNT(*) DESC, MIN(reason)`,
    runId,
  );
  return rows.map(({ outcome, count, reason }) => ({ outcome: outcome as ErrorGroup['outcome'], count: Number(count), reason }));
};

/** Trials and money of a run so far, both arms; nano-dollars. */
export interface RunSums {
  readonly total: number;
  readonly passes: number;
  readonly fails: number;
  readonly errors: number;
  /** Of repeats that were added while the verdict was open. */
  readonly extra: number;
  readonly agentNanos: number;
  readonly judgeNanos: number;
  /** Trials that were answered and whose cost, or that of their judges, is not known. */
  readonly unpriced: number;
  /** The dearest trial; null: none is priced. */
  readonly dearestNanos: number | null;
}

export const readSums = async (journal: Journal, runId: string): Promise<RunSums> => {
  const [row] = await journal.all<Record<string, number | null>>(
    `SELECT COUNT(*) AS total, ${sums('', '')}, SUM(CASE WHEN t.trial >= c.repeats THEN 1 ELSE 0 END) AS extra,
        SUM(t.cost_nanos) AS agent_nanos, SUM(t.judge_nanos) AS judge_nanos, MAX(t.cost_nanos + COALESCE(t.judge_nanos, 0)) AS dearest,
        SUM(CASE WHEN t.trace_id IS NOT NULL AND t.status <> 'error' AND (t.cost_nanos IS NULL OR t.judge_nanos IS NULL) THEN 1 ELSE 0 END) AS unpriced
      FROM eval_trial t JOIN eval_case c ON c.run_id = t.run_id AND c.case_id = t.case_id WHERE t.run_id = ?`,
    runId,
  );
  const of = (name: string) => Number(row?.[name] ?? 0);
  return {
    total: of('total'),
    passes: of('passes'),
    fails: of('fails'),
    errors: of('errors'),
    extra: of('extra'),
    agentNanos: of('agent_nanos'),
    judgeNanos: of('judge_nanos'),
    unpriced: of('unpriced'),
    dearestNanos: row?.['dearest'] == null ? null : of('dearest'),
  };
};
