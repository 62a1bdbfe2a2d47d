import type { Cache } from '../../ground/store/port.ts';
import { bucketOf, type Range, widthUs } from '../../ground/units/window.ts';

/**
 * Lets go what a source counted itself in quarter hours in which its spans begin: a bucket of a backend counts its spans where there are
 * any, else its own figures, and so nothing twice, however often the manifest's `mode` changes.
 */
export const dropToldFigures = (cache: Cache, source: number, quarters: Iterable<number>): void => {
  if (cache.all('SELECT 1 FROM aggregate WHERE source = ? LIMIT 1', source).length === 0) return;
  for (const quarter of quarters) {
    const [fromUs, toUs] = [quarter * widthUs.quarter, (quarter + 1) * widthUs.quarter];
    cache.run('DELETE FROM aggregate WHERE source = ? AND bucket_us < ? AND bucket_us + width_us > ?', source, toUs, fromUs);
  }
};

/** Whether spans of a source begin in the quarter hours that a bucket touches: then what the source counts there itself is not taken. */
export const countsSpans = (cache: Cache, source: number): ((bucket: Range) => boolean) => {
  if (cache.all('SELECT 1 FROM trace WHERE source = ? LIMIT 1', source).length === 0) return () => false;
  const begins = 'SELECT 1 FROM run r JOIN trace t ON t.no = r.trace_no WHERE r.start_us >= ? AND r.start_us < ? AND t.source = ? LIMIT 1';
  return ({ fromUs, toUs }) => {
    const [first, last] = [bucketOf('quarter', fromUs), bucketOf('quarter', toUs - 1)];
    return cache.all(begins, first * widthUs.quarter, (last + 1) * widthUs.quarter, source).length > 0;
  };
};
