import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type Sqlite from 'better-sqlite3';
import { messageOf, nodeCodeOf, OpsError, unableError } from '../errors.ts';
import { Conflict } from './conflict.ts';
import { journalSteps } from './journal-schema.ts';
import type { Journal } from './port.ts';

const busyTimeoutMs = 15_000;

/** Opens the journal file, making it (0600) and bringing it up to date first. Every failure is a sentence, exit 3. */
export const openSqliteJournal = async (path: string, now: () => number): Promise<Journal> => {
  const Database = await loadDriver();
  const database = open(Database, path);
  const statement = (sql: string) => statementOf(database, sql);
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw explain(path, thrown);
    }
  };
  return {
    all: async <Row>(sql: string, ...params: readonly unknown[]) => guarded(() => statement(sql).all(...params) as Row[]),
    commit: async (writes) =>
      guarded(() =>
        database
          .transaction(() => {
            for (const { sql, params, rows } of writes) {
              const { changes } = statement(sql).run(...params);
              if (rows !== undefined && changes !== rows) throw new Conflict(sql, rows, changes);
            }
          })
          .immediate(),
      ),
    now: async () => now(),
    close: async () => {
      database.close();
    },
  };
};

/** The version of SQLite inside the native module. Throws an unable error where that cannot be loaded. */
export const sqliteVersion = async (): Promise<string> => {
  const database = connect(await loadDriver(), ':memory:');
  try {
    return String(statementOf(database, 'SELECT sqlite_version()').pluck().get());
  } finally {
    database.close();
  }
};

/** better-sqlite3 is a native module: where it is missing or was built for another Node, only the store is out of reach. */
const loadDriver = async (): Promise<typeof Sqlite> => {
  try {
    const { default: Database } = await import('better-sqlite3');
    connect(Database, ':memory:').close();
    return Database;
  } catch (thrown) {
    throw unableError({
      code: 'sqlite_missing',
      message: 'the native module better-sqlite3 cannot be loaded by this Node, so results cannot be kept',
      hint: 'npm rebuild better-sqlite3 makes it again; agentops health --no-store does without',
      cause: thrown,
    });
  }
};

/**
 * Every connection of this process with its statements, kept to its end: a better-sqlite3 12 that was compiled for Node 24.19 or newer
 * aborts the process where one is garbage-collected, also a closed one (nodejs/node#65446). `pragma()` would leave one behind each time.
 */
const kept = new Map<Sqlite.Database, Map<string, Sqlite.Statement>>();

const connect = (Database: typeof Sqlite, path: string): Sqlite.Database => {
  const database = new Database(path, { timeout: busyTimeoutMs });
  kept.set(database, new Map());
  return database;
};

const statementOf = (database: Sqlite.Database, sql: string): Sqlite.Statement => {
  const prepared = kept.get(database);
  const known = prepared?.get(sql);
  if (known !== undefined) return known;
  const made = database.prepare(sql);
  prepared?.set(sql, made);
  return made;
};

const open = (Database: typeof Sqlite, path: string): Sqlite.Database => {
  let database: Sqlite.Database | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Made before SQLite sees it, so that it is never readable to others, not even for a moment.
    closeSync(openSync(path, 'a', 0o600));
    database = connect(Database, path);
    knownVersionOf(database, path);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('PRAGMA foreign_keys = ON');
    migrate(database, path);
    return database;
  } catch (thrown) {
    database?.close();
    throw explain(path, thrown);
  }
};

const versionOf = (database: Sqlite.Database): number => Number(statementOf(database, 'PRAGMA user_version').pluck().get());

/** The version of a file that this agentops may touch. Asked before anything is set: even the mode of a newer file is not ours to change. */
const knownVersionOf = (database: Sqlite.Database, path: string): number => {
  const version = versionOf(database);
  if (version <= journalSteps.length) return version;
  throw unableError({
    code: 'journal_newer',
    message: `${path} was written by a newer agentops (format ${version}, this one knows ${journalSteps.length}); it is left as it is`,
    hint: 'update agentops, or give this one a state folder of its own',
  });
};

const migrate = (database: Sqlite.Database, path: string) => {
  if (versionOf(database) === journalSteps.length) return;
  database
    .transaction(() => {
      // Read again under the write lock: another process may just have done it.
      const version = knownVersionOf(database, path);
      for (const step of journalSteps.slice(version)) for (const sql of step) database.exec(sql);
      database.exec(`PRAGMA user_version = ${journalSteps.length}`);
    })
    .immediate();
};

const explain = (path: string, thrown: unknown): unknown => {
  if (thrown instanceof OpsError || thrown instanceof Conflict) return thrown;
  const code = nodeCodeOf(thrown) ?? '';
  const failed = (what: string, hint: string) =>
    unableError({ code: 'journal_failed', message: `the journal ${path} ${what}`, hint, cause: thrown });
  if (code.startsWith('SQLITE_BUSY')) return failed(`was busy for ${busyTimeoutMs / 1000} s`, 'another agentops holds it; try again');
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC')
    return failed('could not be written: the disk is full', 'free some space; nothing was half-written');
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT'))
    return failed('is damaged or is not a database', 'restore it from a backup, or move it aside to start a new one');
  // Whatever the file system answers, from EACCES to ENOTDIR, is about this path.
  if (/^(SQLITE_(READONLY|CANTOPEN|PERM)|E[A-Z]+$)/.test(code))
    return failed(
      `cannot be opened for writing (${code})`,
      'check the folder and its permissions; agentops health --no-store does without',
    );
  if (code.startsWith('SQLITE_')) return failed(`failed: ${messageOf(thrown)}`, 'agentops doctor looks closer');
  return thrown;
};
