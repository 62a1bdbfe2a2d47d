import type { Cache } from '../../../ground/store/port.ts';
import type { Extreme, Extremes } from '../samples.ts';
import { type LateRow, type LongRow, traceIdOf } from './cells.cache.ts';

/** The most extreme of some requests. Its trace is only looked up where somebody asks: an evaluation looks at thousands and tells of few. */
export const extremesOf = (cache: Cache, rows: readonly (LongRow | LateRow)[]): Extremes => {
  const greatest = (measure: (row: LongRow | LateRow) => number | null): Extreme | null => {
    let [best, most] = [null as LongRow | LateRow | null, Number.NEGATIVE_INFINITY];
    for (const row of rows) {
      const value = measure(row);
      if (value === null || value <= most) continue;
      [best, most] = [row, value];
    }
    if (best === null) return null;
    const trace = best[1];
    return {
      value: most,
      get traceId() {
        return traceIdOf(cache, trace);
      },
    };
  };
  return {
    steps: greatest(([, , , steps]) => steps),
    tokens: greatest(([, , , , tokens]) => tokens),
    nanos: greatest(([, , , , , costNanos]) => costNanos),
    n: rows.length,
  };
};
