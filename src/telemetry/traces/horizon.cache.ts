import type { Cache } from '../../ground/store/port.ts';

/** Where the horizon stands in `meta`. */
export const horizonKey = 'horizon_us';

/** Single spans of requests that started before this are gone, microseconds; 0: none are. */
export const readHorizon = (cache: Cache): number =>
  Number(cache.all<{ v: string }>('SELECT v FROM meta WHERE k = ?', horizonKey)[0]?.v ?? 0);
