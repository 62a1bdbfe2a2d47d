import { countRows, journalTables, keyOf } from './journal-tables.ts';
import type { Journal, Param, Write } from './port.ts';

/** Rows that are read, and written in one commit, at a time. */
const pageRows = 500;

/** Stands in a journal while it is copied into: what is there is half of another, and nothing to work with. */
const copyDuty = 'state.migrate';

/** The write with which a copy ends. It fails (`Conflict`) where somebody else has ended it, or begun another. */
export const endCopyWrite = (startedAt: number): Write => ({
  sql: 'DELETE FROM duty WHERE name = ? AND at = ?',
  params: [copyDuty, startedAt],
  rows: 1,
});

/** When a copy into a journal was begun that has not ended, UTC epoch ms; null: none was. */
export const copyBegun = async (journal: Pick<Journal, 'all'>): Promise<number | null> => {
  const [row] = await journal.all<{ at: number }>('SELECT at FROM duty WHERE name = ?', copyDuty);
  return row === undefined ? null : Number(row.at);
};

/** True where nothing was ever written to a journal. */
export const isUntouched = async (journal: Pick<Journal, 'all'>): Promise<boolean> =>
  (await countRows(journal)).every(({ rows }) => rows === 0);

/**
 * Copies every row of a journal into another, which must be untouched or hold half of such a copy: that is taken away first. Until
 * `endCopyWrite` is committed, the copy counts as not made.
 * @param startedAt UTC epoch ms; what this copy is known by
 * @param on called with the rows copied so far
 */
export const copyJournal = async (
  from: Pick<Journal, 'all'>,
  to: Pick<Journal, 'commit'>,
  startedAt: number,
  on: (rows: number) => void,
): Promise<void> => {
  await to.commit([
    ...journalTables.map((table): Write => ({ sql: `DELETE FROM ${table}`, params: [] })),
    { sql: 'INSERT INTO duty (name, at) VALUES (?, ?)', params: [copyDuty, startedAt], rows: 1 },
  ]);
  let copied = 0;
  for (const table of journalTables) {
    for await (const rows of pagesOf(from, table)) {
      await to.commit(
        rows.map((row) => insert(table, row)),
        'kill',
      );
      copied += rows.length;
      on(copied);
    }
  }
};

type Row = Readonly<Record<string, Param>>;

async function* pagesOf(journal: Pick<Journal, 'all'>, table: string): AsyncGenerator<readonly Row[]> {
  const key = keyOf(table);
  const columns = key.join(', ');
  for (let last: Row | undefined; ; ) {
    const behind = last === undefined ? '' : `WHERE (${columns}) > (${key.map(() => '?').join(', ')})`;
    const params = key.map((column) => last?.[column] ?? null);
    const sql = `SELECT * FROM ${table} ${behind} ORDER BY ${columns} LIMIT ${pageRows}`;
    const rows = await journal.all<Row>(sql, ...(last === undefined ? [] : params));
    if (rows.length > 0) yield rows;
    last = rows.at(-1);
    if (rows.length < pageRows) return;
  }
}

const insert = (table: string, row: Row): Write => ({
  sql: `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
    .map(() => '?')
    .join(', ')})`,
  params: Object.values(row),
  rows: 1,
});
