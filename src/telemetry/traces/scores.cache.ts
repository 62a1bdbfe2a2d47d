import type { Cache } from '../../ground/store/port.ts';
import { dims } from './dictionary.cache.ts';
import { packId } from './identifier.ts';
import type { Ownership } from './ownership.ts';
import type { Score } from './span.ts';
import { upsertPage } from './spans.cache.ts';

/** Scores of one trace that a backend will give back under ids of its own. */
export interface Renaming {
  readonly source: string;
  readonly traceId: string;
  /** Each with the id it had. */
  readonly scores: readonly (readonly [had: string, score: Score])[];
}

/** Gives scores the ids under which they will be read back, so that none counts twice then. In one transaction; repeating it changes nothing. */
export const renameScores = (cache: Cache, ownership: Ownership, { source, traceId, scores }: Renaming): void => {
  cache.transact(() => {
    for (const [had, { id }] of scores)
      if (had !== id)
        cache.run(
          `DELETE FROM score WHERE score_id = ? AND trace_no IN (SELECT no FROM trace WHERE trace_id = ? AND source IN (SELECT id FROM dict WHERE dim = ${dims.source} AND word = ?))`,
          had,
          packId(traceId),
          source,
        );
    upsertPage(cache, ownership, { source, spans: [], scores: scores.map(([, score]) => score) });
  });
};
