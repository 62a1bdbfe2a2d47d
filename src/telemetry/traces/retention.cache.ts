import type { Cache } from '../../ground/store/port.ts';
import { bucketOf, widthUs } from '../../ground/units/window.ts';
import { dims } from './dictionary.cache.ts';
import { isMarkedBefore } from './dirty.cache.ts';
import { horizonKey, readHorizon } from './settle.cache.ts';

const tracesPerCommit = 2000;

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

/** Deletes the single spans, requests and scores of traces that lie wholly before the horizon. Returns how many traces went. */
export const pruneSpans = (cache: Cache, isStopped: () => boolean = () => false): number => {
  const horizonUs = readHorizon(cache);
  let gone = 0;
  while (!isStopped()) {
    const count = cache.transact(() => {
      const traces = [...oldTraces(cache, horizonUs)];
      for (const no of traces) {
        for (const table of ['span', 'run', 'score', 'payload']) cache.run(`DELETE FROM ${table} WHERE trace_no = ?`, no);
        cache.run('DELETE FROM trace WHERE no = ?', no);
      }
      return traces.length;
    });
    gone += count;
    if (count < tracesPerCommit) break;
  }
  if (gone > 0) pruneSessions(cache);
  return gone;
};

const oldTraces = (cache: Cache, horizonUs: number): readonly number[] =>
  cache
    .all<{ no: number }>(
      `SELECT DISTINCT trace_no AS no FROM run r WHERE start_us < ?
       AND NOT EXISTS (SELECT 1 FROM run o WHERE o.trace_no = r.trace_no AND o.start_us >= ?) LIMIT ?`,
      horizonUs,
      horizonUs,
      tracesPerCommit,
    )
    .map(({ no }) => no);

/** Sessions are the only words that keep coming and that no rollup needs. */
const pruneSessions = (cache: Cache): void => {
  cache.transact(() => cache.run('DELETE FROM dict WHERE dim = ? AND id NOT IN (SELECT session FROM span)', dims.session));
};

const payloadKey = 'payload_from_us';

/** Deletes what was asked and answered in requests that started before an instant (microseconds); looks only where it did not look yet. */
export const prunePayload = (cache: Cache, beforeUs: number): number =>
  cache.transact(() => {
    const done = Number(cache.all<{ v: string }>('SELECT v FROM meta WHERE k = ?', payloadKey)[0]?.v ?? 0);
    if (beforeUs <= done) return 0;
    cache.run('INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)', payloadKey, String(beforeUs));
    const isOld = 'SELECT 1 FROM run r WHERE r.trace_no = payload.trace_no AND r.run_no = 0 AND r.start_us < ?';
    return cache.run(`DELETE FROM payload WHERE EXISTS (${isOld})`, beforeUs);
  });

const pagesPerCommit = 5000;

/** Gives freed pages back to the disk. Returns how many. */
export const shrinkFile = (cache: Cache, isStopped: () => boolean = () => false): number => {
  const free = cache.all<{ n: number }>('SELECT freelist_count AS n FROM pragma_freelist_count')[0]?.n ?? 0;
  let done = 0;
  while (done < free && !isStopped()) {
    const until = Math.min(free, done + pagesPerCommit);
    // One at a time: run as a statement, the pragma stops after its first page whatever number it is given.
    cache.transact(() => {
      for (; done < until; done++) cache.run('PRAGMA incremental_vacuum(1)');
    });
  }
  return done;
};
