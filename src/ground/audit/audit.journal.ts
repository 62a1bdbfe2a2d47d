import type { Journal, Write } from '../store/port.ts';
import { type AuditRecord, emptyHead, type Head } from './chain.ts';

const columns = 'seq, at, actor, kind, subject, body, prev, hash';

const readRow = (row: AuditRecord): AuditRecord => ({ ...row, seq: Number(row.seq), at: Number(row.at) });

/** Where the chain ends now. */
export const readHead = async (journal: Journal): Promise<Head> => {
  const [row] = await journal.all<Head>('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1');
  return row === undefined ? emptyHead : { seq: Number(row.seq), hash: row.hash };
};

/** The write that appends a record, for the commit of what it tells of. The commit fails (`Conflict`) where another record took its place. */
export const auditWrite = ({ seq, at, actor, kind, subject, body, prev, hash }: AuditRecord): Write => ({
  sql: `INSERT INTO audit (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  params: [seq, at, actor, kind, subject, body, prev, hash],
  rows: 1,
});

/** Records at a time: few enough that a long chain is never held whole. */
const pageLength = 1000;

/** The records behind one; from the beginning where it is null. */
const pageBehind = async (journal: Journal, last: AuditRecord | null): Promise<readonly AuditRecord[]> => {
  const where = last === null ? '' : 'WHERE seq > ?';
  const sql = `SELECT ${columns} FROM audit ${where} ORDER BY seq LIMIT ${pageLength}`;
  return (await journal.all<AuditRecord>(sql, ...(last === null ? [] : [last.seq]))).map(readRow);
};

/** The whole chain from its beginning, in pieces. */
export async function* readChain(journal: Journal): AsyncGenerator<readonly AuditRecord[]> {
  for (let page = await pageBehind(journal, null); page.length > 0; page = await pageBehind(journal, page.at(-1) ?? null)) yield page;
}

export interface RecordFilter {
  /** UTC epoch ms. */
  readonly since: number | null;
  readonly kind: string | null;
  readonly subject: string | null;
  readonly actor: string | null;
  readonly limit: number;
}

/** Records, newest first. */
export const findRecords = async (
  journal: Journal,
  { since, kind, subject, actor, limit }: RecordFilter,
): Promise<readonly AuditRecord[]> => {
  const wanted = [
    ['at >= ?', since],
    ['kind = ?', kind],
    ['subject = ?', subject],
    ['actor = ?', actor],
  ] as const;
  const conditions = wanted.filter(([, value]) => value !== null);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
  const rows = await journal.all<AuditRecord>(
    `SELECT ${columns} FROM audit ${where} ORDER BY seq DESC LIMIT ?`,
    ...conditions.map(([, value]) => value),
    limit,
  );
  return rows.map(readRow);
};
