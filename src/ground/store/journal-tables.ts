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

/** The columns that tell the rows of a table apart, and by which they are read in order. */
export const keyOf = (table: string): readonly string[] => {
  const ddl = journalSteps.flat().find((sql) => sql.startsWith(`CREATE TABLE ${table} `)) ?? '';
  const [, several] = /^\s*PRIMARY KEY \(([^)]*)\)/m.exec(ddl) ?? [];
  const [, one] = /(\w+) \w+ NOT NULL PRIMARY KEY/.exec(ddl) ?? [];
  return several?.split(', ') ?? (one === undefined ? [] : [one]);
};
