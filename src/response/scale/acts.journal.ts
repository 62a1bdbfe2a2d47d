import type { Journal, Write } from '../../ground/store/port.ts';
import type { ScaleAct } from './scale-rule.ts';

/** The write of a number that a scaler outside is told; the commit fails (`Conflict`) where another was told since the last one that is known. */
export const actWrite = (agent: string, { at, from, to }: ScaleAct, lastAt: number | null): Write => ({
  sql: `INSERT INTO scale_act (agent, at, from_workers, to_workers)
    SELECT ?, ?, ?, ? WHERE COALESCE((SELECT MAX(at) FROM scale_act WHERE agent = ?), 0) = ?`,
  params: [agent, at, from, to, agent, lastAt ?? 0],
  rows: 1,
});

/** What was told since an instant, UTC epoch ms, oldest first. */
export const readActs = async (journal: Journal, agent: string, since: number): Promise<readonly ScaleAct[]> => {
  const rows = await journal.all<{ at: number; from_workers: number; to_workers: number }>(
    'SELECT at, from_workers, to_workers FROM scale_act WHERE agent = ? AND at >= ? ORDER BY at',
    agent,
    since,
  );
  return rows.map((row) => ({ at: Number(row.at), from: Number(row.from_workers), to: Number(row.to_workers) }));
};
