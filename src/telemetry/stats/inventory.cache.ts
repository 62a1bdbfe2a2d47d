import type { Cache } from '../../ground/store/port.ts';
import { countMarked } from '../traces/dirty.cache.ts';
import { readHorizon } from '../traces/horizon.cache.ts';

/** How far a source was read. Instants are microseconds; null: not known. */
export interface SourceState {
  readonly source: string;
  readonly readToUs: number | null;
  readonly syncedUs: number | null;
  /** A sync was cut off and goes on next time. */
  readonly isCutOff: boolean;
}

/** What a cache holds. */
export interface Inventory {
  readonly traces: number;
  readonly requests: number;
  readonly spans: number;
  readonly scores: number;
  /** Spans whose prompts and answers are kept. */
  readonly payloads: number;
  readonly rollups: number;
  readonly words: number;
  readonly oldestUs: number | null;
  readonly newestUs: number | null;
  /** Single spans of requests before this are gone; null: none are. */
  readonly horizonUs: number | null;
  /** Buckets that wait to be recomputed. */
  readonly dirty: number;
  /** Bytes of the file that a vacuum would give back. */
  readonly freeBytes: number;
  readonly sources: readonly SourceState[];
}

export const readInventory = (cache: Cache): Inventory => {
  const count = (sql: string): number => cache.all<{ n: number | null }>(sql)[0]?.n ?? 0;
  const pragma = (name: string): number => Object.values(cache.all<Record<string, number>>(`PRAGMA ${name}`)[0] ?? {})[0] ?? 0;
  const [range] = cache.all<{ oldest: number | null; newest: number | null }>(
    'SELECT (SELECT MIN(start_us) FROM run) AS oldest, (SELECT MAX(start_us) FROM run) AS newest',
  );
  const horizon = readHorizon(cache);
  return {
    traces: count('SELECT COUNT(*) AS n FROM trace'),
    requests: count('SELECT COUNT(*) AS n FROM run'),
    // A tenth of the rows that counting spans would look at.
    spans: count('SELECT SUM(spans) AS n FROM run'),
    scores: count('SELECT COUNT(*) AS n FROM score'),
    payloads: count('SELECT COUNT(*) AS n FROM payload'),
    rollups: count('SELECT (SELECT COUNT(*) FROM run_roll) + (SELECT COUNT(*) FROM call_roll) + (SELECT COUNT(*) FROM score_roll) AS n'),
    words: count('SELECT COUNT(*) AS n FROM dict'),
    oldestUs: range?.oldest ?? null,
    newestUs: range?.newest ?? null,
    horizonUs: horizon === 0 ? null : horizon,
    dirty: countMarked(cache),
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    sources: cache
      .all<{ source: string; high_us: number | null; synced_us: number | null; cursor: string | null }>(
        'SELECT word AS source, high_us, synced_us, cursor FROM sync_state JOIN dict ON dict.id = source ORDER BY word',
      )
      .map(({ source, high_us, synced_us, cursor }) => ({ source, readToUs: high_us, syncedUs: synced_us, isCutOff: cursor !== null })),
  };
};

/** Writes the file anew without its gaps. It needs as much room again for as long as it takes. */
export const vacuumCache = (cache: Cache): void => {
  cache.run('VACUUM');
  cache.all('PRAGMA wal_checkpoint(TRUNCATE)');
};

/** What SQLite finds wrong with the pages of the file; empty: nothing. */
export const pageProblems = (cache: Cache): readonly string[] =>
  cache
    .all<{ integrity_check: string }>('PRAGMA integrity_check(20)')
    .map(({ integrity_check }) => integrity_check)
    .filter((line) => line !== 'ok');

/** UTC days (numbered from the epoch) that have single requests, oldest first. */
export const daysOfRuns = (cache: Cache, dayUs: number): readonly number[] =>
  cache
    .all<{ day: number }>('SELECT DISTINCT start_us / ? AS day FROM run WHERE start_us >= ? ORDER BY day', dayUs, readHorizon(cache))
    .map(({ day }) => Math.floor(day));

/** Every cell of the buckets in a range, as text: equal where the statistics are. Bounds are buckets of a grain's number. */
export const cellsAsText = (
  cache: Cache,
  ranges: readonly { readonly grain: number; readonly from: number; readonly to: number }[],
): readonly string[] =>
  ranges.flatMap(({ grain, from, to }) =>
    ['run_roll', 'call_roll', 'score_roll'].flatMap((table) =>
      cache
        .all<Record<string, unknown>>(`SELECT * FROM ${table} WHERE grain = ? AND bucket >= ? AND bucket < ?`, grain, from, to)
        .map((row) => `${table} ${JSON.stringify(Object.values(row), (_, value) => (typeof value === 'bigint' ? String(value) : value))}`)
        .sort(),
    ),
  );
