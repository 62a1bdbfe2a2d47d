import { type Json, parseJson } from '../../../ground/json.ts';
import type { Cache } from '../../../ground/store/port.ts';

/** How long an answer of a judge is worth keeping: suites that nobody ran for a season are asked anew. */
const keptMs = 90 * 86_400_000;

/** What was answered under a key; undefined where nothing is remembered. */
export const readVerdict = (cache: Cache, key: string): Json | undefined => {
  const [row] = cache.all<{ said: string }>('SELECT said FROM verdict WHERE key = ?', key);
  return row === undefined ? undefined : parseJson(row.said);
};

/** @param now UTC epoch ms */
export const saveVerdict = (cache: Cache, key: string, said: Json, now: number): void => {
  cache.transact(() => {
    cache.run('INSERT OR REPLACE INTO verdict (key, said, at_ms) VALUES (?, ?, ?)', key, JSON.stringify(said), now);
    cache.run('DELETE FROM verdict WHERE at_ms < ?', now - keptMs);
  });
};
