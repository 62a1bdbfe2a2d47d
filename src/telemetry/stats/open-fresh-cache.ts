import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { countMarked } from '../traces/dirty.cache.ts';

/** The cache with its rollups up to date. Where nothing changed since they were made, nothing is written and no lock is waited for. */
export const openFreshCache = async (ctx: Pick<Context, 'cache' | 'signal'>): Promise<Cache> => {
  const cache = await ctx.cache();
  if (countMarked(cache) > 0) {
    const { rebuildRollups } = await import('./rebuild-rollups.ts');
    rebuildRollups(cache, { isStopped: () => ctx.signal.aborted });
  }
  return cache;
};
