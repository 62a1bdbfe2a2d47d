import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Context } from '../../src/ground/runtime/context.ts';
import type { Cache, Journal } from '../../src/ground/store/port.ts';
import { openSqliteCache } from '../../src/ground/store/sqlite-cache.ts';
import { fakeContext } from './fake-context.ts';
import { temporaryFolder, temporaryJournal } from './temporary.ts';
import { openWorld } from './world.ts';

/** Where spans go: a cache and a journal in a folder of their own, and a context over this machine that has them. Gone after the test. */
export interface TraceStore {
  readonly folder: string;
  readonly cache: Cache;
  readonly journal: Journal;
  readonly ctx: Context;
}

export const openTraceStore = async (): Promise<TraceStore> => {
  const folder = temporaryFolder();
  const cache = await openSqliteCache(join(folder, 'cache.db'));
  const journal = await temporaryJournal();
  const world = openWorld();
  onTestFinished(async () => {
    cache.close();
    await world.http.close();
  });
  return { folder, cache, journal, ctx: { ...fakeContext(), ...world, journal: async () => journal, cache: async () => cache } };
};
