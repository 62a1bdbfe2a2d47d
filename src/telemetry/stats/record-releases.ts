import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { readMarks, saveSeenMarks } from '../traces/marks.journal.ts';
import { type Mark, releaseChanges } from '../traces/release-change.ts';
import { firstRunOf, readReleases } from './releases.cache.ts';

/**
 * Notes the releases that agents changed to, as their spans tell. The rollups must be up to date. Asked again it notes nothing twice.
 * Returns what is new.
 */
export const recordReleases = async (ctx: Pick<Context, 'journal'>, cache: Cache): Promise<readonly Mark[]> => {
  const sightings = readReleases(cache);
  if (sightings.length < 2) return [];
  const journal = await ctx.journal();
  const changes = releaseChanges(sightings, await readMarks(journal)).map((change) => ({ ...change, atUs: firstRunOf(cache, change) }));
  if (changes.length === 0) return [];
  return saveSeenMarks(journal, changes);
};
