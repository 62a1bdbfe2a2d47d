import type { Cache } from '../../ground/store/port.ts';
import { bucketOf, widthUs } from '../../ground/units/window.ts';
import { dims } from './dictionary.cache.ts';
import { isMarkedBefore } from './dirty.cache.ts';
import { horizonKey, readHorizon } from './horizon.cache.ts';

/** Some ten milliseconds of work. */
const tracesPerCommit = 500;

/**
 * Moves the horizon to the beginning of the UTC day of `beforeUs`: from now on the buckets before it are frozen. False where some of them
 * still wait to be recomputed, which has to come first. It never moves back.
 */
export const freezeBefore = (cache: Cache, beforeUs: number): boolean =>
  cache.transact(() => {
    const horizonUs = bucketOf('day', beforeUs) * widthUs.day;
    if (horizonUs <= readHorizon(cache)) return true;
    if (isMarkedBefore(cache, horizonUs)) return false;
    cache.run('INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)', horizonKey, String(horizonUs));
    return true;
  });

/** Deletes the single spans, requests and scores of traces that lie wholly before the horizon. Yields how many traces went in each transaction. */
export function* pruneSpans(cache: Cache): Iterable<number> {
  const horizonUs = readHorizon(cache);
  let gone = 0;
  for (const find of [oldTraces, scoresAlone])
    for (;;) {
      const count = cache.transact(() => {
        const traces = find(cache, horizonUs);
        for (const no of traces) {
          for (const table of ['span', 'run', 'score', 'payload', 'late_run', 'late_span'])
            cache.run(`DELETE FROM ${table} WHERE trace_no = ?`, no);
          cache.run('DELETE FROM trace WHERE no = ?', no);
        }
        return traces.length;
      });
      if (count === 0) break;
      gone += count;
      yield count;
    }
  if (gone > 0) pruneSessions(cache);
}

const oldTraces = (cache: Cache, horizonUs: number): readonly number[] =>
  numbersOf(
    cache,
    `SELECT DISTINCT trace_no AS no FROM run r WHERE start_us < ?
     AND NOT EXISTS (SELECT 1 FROM run o WHERE o.trace_no = r.trace_no AND o.start_us >= ?) LIMIT ?`,
    ...[horizonUs, horizonUs, tracesPerCommit],
  );

/** Traces of which nothing but scores ever came. */
const scoresAlone = (cache: Cache, horizonUs: number): readonly number[] =>
  numbersOf(
    cache,
    `SELECT trace_no AS no FROM score s WHERE NOT EXISTS (SELECT 1 FROM run r WHERE r.trace_no = s.trace_no)
     GROUP BY trace_no HAVING MAX(at_us) < ? LIMIT ?`,
    ...[horizonUs, tracesPerCommit],
  );

const numbersOf = (cache: Cache, sql: string, ...params: readonly number[]): readonly number[] =>
  cache.all<{ no: number }>(sql, ...params).map(({ no }) => no);

/** Sessions are the only words that keep coming and that no rollup needs. */
const pruneSessions = (cache: Cache): void => {
  cache.transact(() => cache.run('DELETE FROM dict WHERE dim = ? AND id NOT IN (SELECT session FROM span)', dims.session));
};

const payloadKey = 'payload_from_us';

/**
 * Deletes what was asked and answered in requests that started before an instant (microseconds), once for each instant. Yields how many
 * texts went in each transaction.
 */
export function* prunePayload(cache: Cache, beforeUs: number): Iterable<number> {
  const done = Number(cache.all<{ v: string }>('SELECT v FROM meta WHERE k = ?', payloadKey)[0]?.v ?? 0);
  if (beforeUs <= done) return;
  for (let after = 0; ; ) {
    const sql = 'SELECT MAX(no) AS no FROM (SELECT DISTINCT trace_no AS no FROM payload WHERE trace_no > ? ORDER BY trace_no LIMIT ?)';
    const last = cache.all<{ no: number | null }>(sql, after, tracesPerCommit)[0]?.no ?? null;
    if (last === null) break;
    const isOld = 'SELECT 1 FROM run r WHERE r.trace_no = payload.trace_no AND r.run_no = 0 AND r.start_us < ?';
    const from = after;
    yield cache.transact(() =>
      cache.run(`DELETE FROM payload WHERE trace_no > ? AND trace_no <= ? AND EXISTS (${isOld})`, from, last, beforeUs),
    );
    after = last;
  }
  cache.run('INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)', payloadKey, String(beforeUs));
}

const pagesPerCommit = 1000;

/** Gives freed pages back to the disk. Yields how many, a transaction. */
export function* shrinkFile(cache: Cache): Iterable<number> {
  const free = cache.all<{ n: number }>('SELECT freelist_count AS n FROM pragma_freelist_count')[0]?.n ?? 0;
  for (let done = 0; done < free; done += pagesPerCommit) {
    const count = Math.min(pagesPerCommit, free - done);
    // One at a time: run as a statement, the pragma stops after its first page whatever number it is given.
    cache.transact(() => {
      for (let page = 0; page < count; page++) cache.run('PRAGMA incremental_vacuum(1)');
    });
    yield count;
  }
}
