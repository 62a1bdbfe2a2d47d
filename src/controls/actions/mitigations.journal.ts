import { canonicalJson, type Json, parseJson } from '../../ground/json.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
import type { Lasting, Mitigation } from './mitigation.ts';

interface Row {
  readonly id: string;
  readonly run_id: string;
  readonly step: string;
  readonly agent: string;
  readonly action: Mitigation['action'];
  readonly control: string;
  readonly change: string;
  readonly status: Mitigation['status'];
  readonly applied_at: number;
  readonly expires_at: number | null;
  readonly on_expiry: Mitigation['onExpiry'];
  readonly ended_at: number | null;
  readonly evidence: string;
}

const columns = 'id, run_id, step, agent, action, control, change, status, applied_at, expires_at, on_expiry, ended_at, evidence';

const mitigation = (row: Row): Mitigation => ({
  id: row.id,
  run: row.run_id,
  step: row.step,
  agent: row.agent,
  action: row.action,
  control: parseJson(row.control) as unknown as Mitigation['control'],
  change: parseJson(row.change) as unknown as Mitigation['change'],
  status: row.status,
  appliedAt: Number(row.applied_at),
  expiresAt: row.expires_at === null ? null : Number(row.expires_at),
  onExpiry: row.on_expiry,
  endedAt: row.ended_at === null ? null : Number(row.ended_at),
  evidence: row.evidence,
});

/** The write that puts a mitigation in force, for the commit of the result it stands on. Told again it changes nothing. */
export const startWrite = (it: Mitigation): Write => ({
  sql: `INSERT INTO mitigation (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  params: [
    it.id,
    it.run,
    it.step,
    it.agent,
    it.action,
    canonicalJson(it.control as unknown as Json),
    canonicalJson(it.change as unknown as Json),
    it.status,
    it.appliedAt,
    it.expiresAt,
    it.onExpiry,
    it.endedAt,
    it.evidence,
  ],
});

/** The write that ends one that is in force; nothing where there is none. */
export const revertedWrite = (id: string, at: number, evidence: string): Write => ({
  sql: "UPDATE mitigation SET status = 'reverted', ended_at = ?, evidence = ? WHERE id = ? AND status <> 'reverted'",
  params: [at, evidence, id],
});

/** The write that says that one should have ended and did not. */
export const overdueWrite = (id: string, evidence: string): Write => ({
  sql: "UPDATE mitigation SET status = 'overdue', evidence = ? WHERE id = ? AND status <> 'reverted'",
  params: [evidence, id],
});

/** The write that moves the end of one in force; fails (`Conflict`) where it has ended meanwhile. @param expiresAt null: until a person reverts it */
export const extendWrite = (id: string, expiresAt: number | null): Write => ({
  sql: "UPDATE mitigation SET status = 'active', expires_at = ? WHERE id = ? AND status <> 'reverted'",
  params: [expiresAt, id],
  rows: 1,
});

/** The write that makes one last for whoever counts on it as well; fails (`Conflict`) where it has ended meanwhile. */
export const prolongWrite = (id: string, { expiresAt, onExpiry }: Lasting): Write => ({
  sql: "UPDATE mitigation SET status = 'active', expires_at = ?, on_expiry = ? WHERE id = ? AND status <> 'reverted'",
  params: [expiresAt, onExpiry, id],
  rows: 1,
});

export const readMitigation = async (journal: Journal, id: string): Promise<Mitigation | null> => {
  const [row] = await journal.all<Row>(`SELECT ${columns} FROM mitigation WHERE id = ?`, id);
  return row === undefined ? null : mitigation(row);
};

/** What is in force, the first to end first; what has no end last. */
export const standingMitigations = async (journal: Journal): Promise<readonly Mitigation[]> => {
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM mitigation WHERE status <> 'reverted' ORDER BY expires_at IS NULL, expires_at, applied_at, id`,
  );
  return rows.map(mitigation);
};

/** What was in force and ended at or after an instant (UTC epoch ms), newest first. */
export const endedMitigations = async (journal: Journal, since: number): Promise<readonly Mitigation[]> => {
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM mitigation WHERE status = 'reverted' AND ended_at >= ? ORDER BY ended_at DESC, id`,
    since,
  );
  return rows.map(mitigation);
};

/** What a run has put in force, ended or not. */
export const mitigationsOfRun = async (journal: Journal, run: string): Promise<readonly Mitigation[]> => {
  const rows = await journal.all<Row>(`SELECT ${columns} FROM mitigation WHERE run_id = ? ORDER BY applied_at, id`, run);
  return rows.map(mitigation);
};

/** The write that notes that a duty was done. */
export const dutyWrite = (name: string, at: number): Write => ({
  sql: 'INSERT INTO duty (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at',
  params: [name, at],
});

/** When a duty was last done on this state, UTC epoch ms; null: never. */
export const dutyDone = async (journal: Journal, name: string): Promise<number | null> => {
  const [row] = await journal.all<{ at: number }>('SELECT at FROM duty WHERE name = ?', name);
  return row === undefined ? null : Number(row.at);
};
