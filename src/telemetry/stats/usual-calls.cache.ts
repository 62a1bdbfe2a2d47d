import type { Cache } from '../../ground/store/port.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { grainCodes, kind } from '../traces/codes.ts';
import { labeller, planOf } from './rollups.cache.ts';

/** Calls of models by one provider. */
export interface UsualCalls {
  /** As traces call it, in one spelling where they do not tell. */
  readonly provider: string;
  /** Start of the hour, UTC epoch ms; of the range, where hours are not kept apart. */
  readonly at: number;
  readonly n: number;
  readonly errors: number;
}

/**
 * Calls of models in a range of whole hours, our own probes left out, oldest first: hour by hour, or all together, which whole days answer
 * far sooner. Only what is asked for is summed: all figures of all hours of a week take ten times as long. Rollups must be up to date.
 */
export const readUsualCalls = (cache: Cache, window: Range, { perHour }: { readonly perHour: boolean }): readonly UsualCalls[] => {
  const label = labeller(cache, 'provider');
  const found: UsualCalls[] = [];
  for (const { grain, from, to } of planOf(cache, { window }, perHour ? ['hour'] : ['hour', 'day']).buckets) {
    const rows = cache.rows<readonly [bucket: number, callee: number, n: number, errors: number]>(
      `SELECT ${perHour ? 'bucket' : '0'}, key, SUM(n), SUM(errors) FROM call_roll
       WHERE grain = ? AND bucket >= ? AND bucket < ? AND kind IN (${kind.llm}, ${kind.embedding}) GROUP BY 1, 2 ORDER BY 1`,
      ...[grainCodes[grain], from, to],
    );
    for (const [bucket, callee, n, errors] of rows)
      found.push({ provider: label(callee), at: (perHour ? bucket * widthUs.hour : window.fromUs) / 1000, n, errors });
  }
  return found;
};
