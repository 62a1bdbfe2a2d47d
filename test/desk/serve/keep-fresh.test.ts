import { expect, test } from 'vitest';
import { keepFresh } from '../../../src/desk/serve/keep-fresh.ts';
import { openWorkQueue } from '../../../src/desk/serve/work-queue.ts';
import { countMarked } from '../../../src/telemetry/traces/dirty.cache.ts';
import { fleetOwnership } from '../../../src/telemetry/traces/fleet-ownership.ts';
import { readMarks } from '../../../src/telemetry/traces/marks.journal.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan, temporaryCache } from '../../support/cache.ts';
import { aFleet, anAgent, day, minute, noon } from '../../support/facts.ts';
import { fakeClock, fakeContext } from '../../support/fake-context.ts';
import { temporaryJournal } from '../../support/temporary.ts';

const hex = (at: number, length: number) => at.toString(16).padStart(length, '0');

/** Keeps a cache with two spans fresh, one of today and one of forty days ago, for some rounds. */
const kept = async (rounds: number, fail = false) => {
  const [cache, journal, fleet, clock] = [await temporaryCache(), await temporaryJournal(), aFleet(anAgent({ name: 'bot' })), fakeClock()];
  const spans = [noon - minute, noon - 40 * day, noon - day].map((at, index) =>
    pricedSpan({
      traceId: hex(index + 1, 32),
      spanId: hex(index + 1, 16),
      name: 'chat',
      agentName: 'bot',
      release: index === 0 ? '2' : '1',
      startUs: at * 1000,
      durationUs: 1000,
    }),
  );
  upsertPage(cache, fleetOwnership(fleet), { source: 'otlp', spans, scores: [] });
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
  return { counts, troubles, marks: await readMarks(journal) };
};

test('while it serves, rollups are made, old spans let go, and new releases noted', async () => {
  const { counts, troubles, marks } = await kept(1);
  expect(troubles).toEqual([]);
  expect(counts).toMatchObject({ spans: 2, dirty: 0 });
  expect(marks).toMatchObject([{ agent: 'bot', release: '2', at: noon - minute, source: 'seen' }]);
  expect(counts.rollups).toBeGreaterThan(0);
});

test('trouble with the store is told each time, and does not end it', async () => {
  const { counts, troubles } = await kept(3, true);
  expect(troubles).toHaveLength(3);
  expect(counts.spans).toBe(3);
});

test('whoever comes meanwhile waits for one bucket, not for all of them', async () => {
  const [cache, journal, fleet, clock] = [await temporaryCache(), await temporaryJournal(), aFleet(), fakeClock()];
  const spans = Array.from({ length: 20 }, (_, at) =>
    pricedSpan({ traceId: hex(at + 1, 32), spanId: hex(1, 16), name: 'chat', startUs: (noon - at * 15 * minute) * 1000, durationUs: 1 }),
  );
  upsertPage(cache, fleetOwnership(fleet), { source: 'local', spans, scores: [] });
  const stop = new AbortController();
  const queue = openWorkQueue(5);
  const waiting: number[] = [];
  const crowded: typeof queue = {
    get length() {
      return queue.length;
    },
    run(work) {
      const turn = queue.run(work);
      if (waiting.length === 0) void queue.run(async () => void waiting.push(countMarked(cache)));
      return turn;
    },
  };
  const sleep = async (ms: number, signal: AbortSignal) => {
    if (clock.slept.length === 1) stop.abort();
    await clock.sleep(ms, signal);
  };
  const ctx = fakeContext({ clock: { ...clock, sleep }, cache: async () => cache, journal: async () => journal });
  await keepFresh(ctx, fleet, crowded, stop.signal, () => undefined);
  expect(waiting[0]).toBeGreaterThanOrEqual(19);
  expect(countMarked(cache)).toBe(0);
  cache.close();
});
