import { journalSteps } from './journal-schema.ts';
import type { Journal } from './port.ts';

/** The tables of a journal, in the order they are made, each quoted where its name is a word of SQL. */
export const journalTables: readonly string[] = journalSteps.flat().flatMap((sql) => /^CREATE TABLE ("?\w+"?)/.exec(sql)?.[1] ?? []);

/** A table as people know it. */
export const plainTable = (table: string): string => table.replaceAll('"', '');

export interface CountedTable {
  readonly table: string;
  readonly rows: number;
}

/** How many rows each table of a journal holds; reads them all. */
export const countRows = async (journal: Pick<Journal, 'all'>): Promise<readonly CountedTable[]> => {
  const counted: CountedTable[] = [];
  for (const table of journalTables) {
    const [row] = await journal.all<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`);
    counted.push({ table: plainTable(table), rows: Number(row?.n ?? 0) });
  }
  return counted;
};
