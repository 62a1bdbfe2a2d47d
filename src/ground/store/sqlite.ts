import { Conflict } from './conflict.ts';
import { journalSteps } from './journal-schema.ts';
import type { Journal, Write } from './port.ts';
import { inMemory, openSqliteFile, type SqliteFile } from './sqlite-file.ts';

const journalFile: SqliteFile = {
  word: 'journal',
  steps: journalSteps,
  // better-sqlite3 keeps 16 MiB of pages where nothing else is said; the rows of a check stand together, and the system caches the file too.
  pragmas: ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -2000'],
  busyTimeoutMs: 15_000,
  hints: {
    damaged: 'restore it from a backup, or move it aside to start a new one',
    readOnly: 'check the folder and its permissions; agentops health --no-store does without',
    newer: 'update agentops, or give this one a state folder of its own',
  },
};

/** Opens the journal file, making it (0600) and bringing it up to date first. Every failure is a sentence, exit 3. */
export const openSqliteJournal = async (path: string, now: () => number): Promise<Journal> => {
  const { database, statement, guarded } = await openSqliteFile(path, journalFile);
  const commitAll = database.transaction((writes: readonly Write[]) => {
    for (const { sql, params, rows } of writes) {
      const { changes } = statement(sql).run(...params);
      if (rows !== undefined && changes !== rows) throw new Conflict(sql, rows, changes);
    }
  });
  let isSynced = true;
  /** Without a sync of the disk what is written is in the hands of the system, which outlives us. */
  const sync = (wanted: boolean) => {
    if (wanted !== isSynced) database.exec(`PRAGMA synchronous = ${wanted ? 'FULL' : 'NORMAL'}`);
    isSynced = wanted;
  };
  return {
    all: async <Row>(sql: string, ...params: readonly unknown[]) => guarded(() => statement(sql).all(...params) as Row[]),
    commit: async (writes, survives = 'power cut') =>
      guarded(() => {
        sync(survives === 'power cut');
        commitAll.immediate(writes);
      }),
    now: async () => now(),
    close: async () => {
      database.close();
    },
  };
};

/** A journal that is gone with the process, for work that keeps nothing. */
export const openPassingJournal = (now: () => number): Promise<Journal> => openSqliteJournal(inMemory, now);
