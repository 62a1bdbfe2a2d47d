import type { Cache } from '../../ground/store/port.ts';
import { type Grain, grains, widthUs } from '../../ground/units/window.ts';
import { grainCodes } from './codes.ts';

/** Marks a bucket for recomputation: something in it, or in a finer bucket that it is made of, changed. */
export const markBucket = (cache: Cache, grain: Grain, bucket: number): void => {
  cache.run('INSERT OR IGNORE INTO dirty_bucket (grain, bucket) VALUES (?, ?)', grainCodes[grain], bucket);
};

/** Takes the mark away; false: it had none. */
export const unmarkBucket = (cache: Cache, grain: Grain, bucket: number): boolean =>
  cache.run('DELETE FROM dirty_bucket WHERE grain = ? AND bucket = ?', grainCodes[grain], bucket) > 0;

/** The marked buckets of a grain, oldest first. */
export const readMarked = (cache: Cache, grain: Grain): readonly number[] =>
  cache
    .all<{ bucket: number }>('SELECT bucket FROM dirty_bucket WHERE grain = ? ORDER BY bucket', grainCodes[grain])
    .map(({ bucket }) => bucket);

/** How many buckets of any width are marked. */
export const countMarked = (cache: Cache): number => cache.all<{ n: number }>('SELECT COUNT(*) AS n FROM dirty_bucket')[0]?.n ?? 0;

/** Whether a bucket that begins before an instant (microseconds) is marked. */
export const isMarkedBefore = (cache: Cache, us: number): boolean =>
  grains.some((grain) => {
    const sql = 'SELECT 1 FROM dirty_bucket WHERE grain = ? AND bucket < ? LIMIT 1';
    return cache.all(sql, grainCodes[grain], us / widthUs[grain]).length > 0;
  });
