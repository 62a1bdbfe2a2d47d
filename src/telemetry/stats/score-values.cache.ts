import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { dictionaryOf } from '../traces/dictionary.cache.ts';
import { type Filter, isOneOf, noWord, numberFilter, unmatched } from './filter.cache.ts';

/** How often a score on requests to an agent had a value. */
export interface ScoreValue {
  readonly agent: string;
  readonly score: string;
  /** Rounded to hundredths. */
  readonly value: number;
  readonly n: number;
}

/** Traces that arrived beside each other are read together, 64 of them: they lie on the same pages. */
const blockBits = 6;

/**
 * The values of scores on requests that started in a window, as far back as single scores are kept; probes of ours are left out.
 * @param enough where the cache has more scores, about as many are looked at, of traces that arrived evenly over the time
 */
export const readScoreValues = (
  cache: Cache,
  { fromUs, toUs }: Range,
  { agent }: Pick<Filter, 'agent'>,
  enough: number,
): readonly ScoreValue[] => {
  const { agent: only } = numberFilter(cache, agent === undefined ? {} : { agent });
  const words = dictionaryOf(cache);
  const [{ all } = { all: 0 }] = cache.all<{ all: number }>('SELECT COUNT(*) AS "all" FROM score');
  const oneIn = Math.max(1, Math.ceil(all / enough));
  return cache
    .all<{ agent: number; name: number; value: number; n: number }>(
      `SELECT r.agent, s.name, ROUND(s.value, 2) AS value, COUNT(*) AS n
       FROM score s CROSS JOIN run r ON r.trace_no = s.trace_no AND r.run_no = s.run_no
       WHERE (s.trace_no >> ${blockBits}) % ? = 0 AND s.value IS NOT NULL AND r.start_us >= ? AND r.start_us < ? AND r.synthetic = 0
         AND ${only === null ? '1' : isOneOf('r.agent', only)}
       GROUP BY 1, 2, 3`,
      ...[oneIn, fromUs, toUs],
    )
    .map(({ agent: number, name, value, n }) => ({
      ...{ agent: words.word(number) ?? unmatched, score: words.word(name) ?? noWord },
      ...{ value, n },
    }));
};
