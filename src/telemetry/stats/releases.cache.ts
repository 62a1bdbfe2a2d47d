import type { Cache } from '../../ground/store/port.ts';
import { widthUs } from '../../ground/units/window.ts';
import { grainCodes } from '../traces/codes.ts';
import { dims } from '../traces/dictionary.cache.ts';
import type { Sighting } from '../traces/release-change.ts';
import { facets } from './rollup.ts';

/** The releases each agent was seen with, and the hour of the first request with it; its day where hours are no longer kept. */
export const readReleases = (cache: Cache): readonly Sighting[] =>
  cache
    .all<{ agent: string; release: string; hour: number | null; day: number }>(
      `SELECT a.word AS agent, v.word AS release,
         MIN(CASE WHEN r.grain = ? THEN r.bucket END) AS hour, MIN(CASE WHEN r.grain = ? THEN r.bucket END) AS day
       FROM run_roll r JOIN dict a ON a.id = r.agent JOIN dict v ON v.id = r.key AND v.dim = ?
       WHERE r.grain IN (?, ?) AND r.facet = ? AND r.n > 0
       GROUP BY r.agent, r.key`,
      ...[grainCodes.hour, grainCodes.day, dims.release, grainCodes.hour, grainCodes.day, facets.release],
    )
    .map(({ agent, release, hour, day }) => {
      const dayUs = day * widthUs.day;
      const hourUs = hour === null ? null : hour * widthUs.hour;
      // Hours go before days do: where the first of them are gone, the day tells.
      return { agent, release, atUs: hourUs !== null && hourUs < dayUs + widthUs.day ? hourUs : dayUs };
    });

/** When the first request of an agent with a release started, as exactly as the cache still knows; microseconds. */
export const firstRunOf = (cache: Cache, { agent, release, atUs }: Sighting): number =>
  cache.all<{ at: number | null }>(
    `SELECT MIN(start_us) AS at FROM run
     WHERE start_us >= ? AND start_us < ? AND synthetic = 0
       AND agent = (SELECT id FROM dict WHERE dim = ? AND word = ?) AND release = (SELECT id FROM dict WHERE dim = ? AND word = ?)`,
    ...[atUs, atUs + widthUs.hour, dims.agent, agent, dims.release, release],
  )[0]?.at ?? atUs;
