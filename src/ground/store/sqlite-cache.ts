import { cacheSteps } from './cache-schema.ts';
import type { Cache } from './port.ts';
import { openSqliteFile, rowsOf, type SqliteFile } from './sqlite-file.ts';

const cacheFile: SqliteFile = {
  word: 'cache',
  steps: cacheSteps,
  // Before the first table: it cannot be changed later without rewriting the file.
  pragmas: [
    'auto_vacuum = INCREMENTAL',
    'journal_mode = WAL',
    // What a power cut may lose is what the next sync brings again; a kill loses nothing.
    'synchronous = NORMAL',
    // The system caches the file too: taking in spans and adding them up is no faster with four times as much.
    'cache_size = -8192',
    'temp_store = MEMORY',
  ],
  busyTimeoutMs: 15_000,
  hints: {
    damaged: 'agentops db check looks closer; the cache can be made again: delete the file and run agentops sync',
    readOnly: 'check the folder and its permissions',
    newer: 'update agentops, or delete the file: the cache can be made again',
  },
};

/** Opens the cache file, making it (0600) and bringing it up to date first. Every failure is a sentence, exit 3. */
export const openSqliteCache = async (path: string): Promise<Cache> => {
  const { database, statement, explained, guarded } = await openSqliteFile(path, cacheFile);
  function* stream<Row>(sql: string, params: readonly unknown[], asLists: boolean): Iterable<Row> {
    try {
      // The comment makes it a statement of its own: how rows look is a setting of the statement, not of the call.
      const prepared = asLists ? statement(`${sql} /* lists */`).raw(true) : statement(sql);
      for (const row of rowsOf(prepared, params)) yield row as Row;
    } catch (thrown) {
      throw explained(thrown);
    }
  }
  return {
    all: <Row>(sql: string, ...params: readonly unknown[]) => guarded(() => statement(sql).all(...params) as Row[]),
    each: (sql, ...params) => stream(sql, params, false),
    rows: (sql, ...params) => stream(sql, params, true),
    run: (sql, ...params) => guarded(() => statement(sql).run(...params).changes),
    transact: (work) => guarded(() => database.transaction(work).immediate()),
    close: () => {
      database.close();
    },
  };
};
