import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { versions } from 'node:process';
import type Sqlite from 'better-sqlite3';
import { messageOf, nodeCodeOf, OpsError, unableError } from '../errors.ts';
import { Conflict } from './conflict.ts';

/** How one of our two files is opened, and what is said when that fails. */
export interface SqliteFile {
  /** `journal` or `cache`: how people know it, and the start of its error codes. */
  readonly word: string;
  /** Numbered DDL; step n leads to version n. */
  readonly steps: readonly (readonly string[])[];
  readonly pragmas: readonly string[];
  readonly busyTimeoutMs: number;
  /** The next thing to type when the file is damaged, when it cannot be written, and when a newer agentops made it. */
  readonly hints: { readonly damaged: string; readonly readOnly: string; readonly newer: string };
}

/** An open file: brought up to date, statements prepared once, every failure a sentence (exit 3). */
export interface OpenFile {
  readonly database: Sqlite.Database;
  statement(sql: string): Sqlite.Statement;
  /** What is thrown, as the sentence it becomes. */
  explained(thrown: unknown): unknown;
  guarded<T>(work: () => T): T;
}

/** The path of a database that is gone with its connection. */
export const inMemory = ':memory:';

/** Opens one of our files, making it (0600, its folder 0700) and bringing it up to date first. */
export const openSqliteFile = async (path: string, file: SqliteFile): Promise<OpenFile> => {
  const Database = await loadDriver();
  const explained = (thrown: unknown) => explain(path, file, thrown);
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw explained(thrown);
    }
  };
  const database = guarded(() => {
    if (path !== inMemory) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // Made before SQLite sees it, so that it is never readable to others, not even for a moment.
      closeSync(openSync(path, 'a', 0o600));
    }
    return connect(Database, path, file.busyTimeoutMs);
  });
  try {
    guarded(() => {
      knownVersionOf(database, path, file);
      for (const pragma of file.pragmas) database.exec(`PRAGMA ${pragma}`);
      migrate(database, path, file);
    });
  } catch (thrown) {
    database.close();
    throw thrown;
  }
  const statement = (sql: string) => statementOf(database, sql);
  return { database, statement, explained, guarded };
};

/** The version of SQLite inside the native module. Throws an unable error where that cannot be loaded. */
export const sqliteVersion = async (): Promise<string> => {
  const database = connect(await loadDriver(), inMemory, 0);
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
    connect(Database, inMemory, 0).close();
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
const [major = 0, minor = 0] = versions.node.split('.').map(Number);
const abortsOnCollection = major > 24 || (major === 24 && minor >= 19);

/** One row after the other; all at once where the end of an iterator, which nobody can keep for ever, would abort the process. */
export const rowsOf = (prepared: Sqlite.Statement, params: readonly unknown[]): Iterable<unknown> =>
  abortsOnCollection ? prepared.all(...params) : prepared.iterate(...params);

const connect = (Database: typeof Sqlite, path: string, timeout: number): Sqlite.Database => {
  const database = new Database(path, { timeout });
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

const versionOf = (database: Sqlite.Database): number => Number(statementOf(database, 'PRAGMA user_version').pluck().get());

/** The version of a file that this agentops may touch. Asked before anything is set: even the mode of a newer file is not ours to change. */
const knownVersionOf = (database: Sqlite.Database, path: string, { word, steps, hints }: SqliteFile): number => {
  const version = versionOf(database);
  if (version <= steps.length) return version;
  throw unableError({
    code: `${word}_newer`,
    message: `${path} was written by a newer agentops (format ${version}, this one knows ${steps.length}); it is left as it is`,
    hint: hints.newer,
  });
};

const migrate = (database: Sqlite.Database, path: string, file: SqliteFile) => {
  if (versionOf(database) === file.steps.length) return;
  database
    .transaction(() => {
      // Read again under the write lock: another process may just have done it.
      const version = knownVersionOf(database, path, file);
      for (const step of file.steps.slice(version)) for (const sql of step) database.exec(sql);
      database.exec(`PRAGMA user_version = ${file.steps.length}`);
    })
    .immediate();
};

const explain = (path: string, { word, hints, busyTimeoutMs }: SqliteFile, thrown: unknown): unknown => {
  if (thrown instanceof OpsError || thrown instanceof Conflict) return thrown;
  const code = nodeCodeOf(thrown) ?? '';
  const failed = (what: string, hint: string) =>
    unableError({ code: `${word}_failed`, message: `the ${word} ${path} ${what}`, hint, cause: thrown });
  if (code.startsWith('SQLITE_BUSY')) return failed(`was busy for ${busyTimeoutMs / 1000} s`, 'another agentops holds it; try again');
  // A full disk is met first where the shared memory beside the file is to grow.
  if (code.startsWith('SQLITE_FULL') || code === 'SQLITE_IOERR_SHMSIZE' || code === 'ENOSPC')
    return failed('could not be written: the disk is full', 'free some space; nothing was half-written');
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT'))
    return failed('is damaged or is not a database', hints.damaged);
  // Whatever the file system answers, from EACCES to ENOTDIR, is about this path.
  if (/^(SQLITE_(READONLY|CANTOPEN|PERM)|E[A-Z]+$)/.test(code)) return failed(`cannot be opened for writing (${code})`, hints.readOnly);
  if (code.startsWith('SQLITE_')) return failed(`failed: ${messageOf(thrown)}`, 'agentops doctor looks closer');
  return thrown;
};
