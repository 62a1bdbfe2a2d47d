import { expect, test } from 'vitest';
import { keepFresh } from '../../../src/desk/serve/keep-fresh.ts';
import { openWorkQueue } from '../../../src/desk/serve/work-queue.ts';
import { fleetOwnership } from '../../../src/telemetry/traces/fleet-ownership.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan, temporaryCache } from '../../support/cache.ts';
import { aFleet, day, minute, noon } from '../../support/facts.ts';
import { fakeClock, fakeContext } from '../../support/fake-context.ts';
import { temporaryJournal } from '../../support/temporary.ts';

const hex = (at: number, length: number) => at.toString(16).padStart(length, '0');

/** Keeps a cache with two spans fresh, one of today and one of forty days ago, for some rounds. */
const kept = async (rounds: number, fail = false) => {
  const [cache, journal, fleet, clock] = [await temporaryCache(), await temporaryJournal(), aFleet(), fakeClock()];
  const spans = [noon - minute, noon - 40 * day].map((at, index) =>
    pricedSpan({ traceId: hex(index + 1, 32), spanId: hex(index + 1, 16), name: 'chat', startUs: at * 1000, durationUs: 1000 }),
  );
  upsertPage(cache, fleetOwnership(fleet), { source: 'local', spans, scores: [] });
  const stop = new AbortController();
  const troubles: unknown[] = [];
  const sleep = async (ms: number, signal: AbortSignal) => {
    if (clock.slept.length === rounds) stop.abort();
    await clock.sleep(ms, signal);
  };
  const cacheOf = async () => {
    if (fail) throw new Error('gone');
    return cache;
  };
  const ctx = fakeContext({ clock: { ...clock, sleep }, cache: cacheOf, journal: async () => journal });
  await keepFresh(ctx, fleet, openWorkQueue(5), stop.signal, (thrown) => troubles.push(thrown));
  const count = (table: string) => cache.all<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`)[0]?.n;
  const counts = { spans: count('span'), dirty: count('dirty_bucket'), rollups: count('run_roll') };
  cache.close();
  return { counts, troubles };
};

test('while it serves, rollups are made and old spans let go', async () => {
  const { counts, troubles } = await kept(1);
  expect(troubles).toEqual([]);
  expect(counts).toMatchObject({ spans: 1, dirty: 0 });
  expect(counts.rollups).toBeGreaterThan(0);
});

test('trouble with the store is told each time, and does not end it', async () => {
  const { counts, troubles } = await kept(3, true);
  expect(troubles).toHaveLength(3);
  expect(counts.spans).toBe(2);
});
