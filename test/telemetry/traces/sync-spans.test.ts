import { existsSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { unableError } from '../../../src/ground/errors.ts';
import type { Context } from '../../../src/ground/runtime/context.ts';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import type { Cache } from '../../../src/ground/store/port.ts';
import { rebuildRollups } from '../../../src/telemetry/stats/rebuild-rollups.ts';
import type { Page, TraceBackend } from '../../../src/telemetry/traces/port.ts';
import { type Score, spanOf } from '../../../src/telemetry/traces/span.ts';
import { readProgress } from '../../../src/telemetry/traces/spans.cache.ts';
import { type SyncRequest, syncBackend } from '../../../src/telemetry/traces/sync-spans.ts';
import { contentOf, crashing, temporaryCache } from '../../support/cache.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { temporaryFolder, temporaryJournal } from '../../support/temporary.ts';

const minuteMs = 60_000;
const dayStart = Date.UTC(2026, 10, 20);
const overlapMs = 30 * minuteMs;

/** One version of a span: when it started, and from when on the backend shows it. Minutes of the day. */
interface Row {
  readonly id: number;
  readonly start: number;
  readonly shownAt: number;
  readonly version: number;
}

interface Backend {
  /** The minute it is. */
  now: number;
  rows: readonly Row[];
  /** Pages until it fails; null: it never does. */
  failsAfter: number | null;
  waitMs: number;
}

const us = (minute: number): number => (dayStart + minute * minuteMs) * 1000;

/** Every row it shows by then, in order of start, three a page; scores on every other trace. */
const pagesOf = async function* (backend: Backend, fromUs: number, toUs: number, cursor: string | null): AsyncGenerator<Page> {
  const newest = new Map<number, Row>();
  for (const row of backend.rows)
    if (row.shownAt <= backend.now && row.version >= (newest.get(row.id)?.version ?? 0)) newest.set(row.id, row);
  const key = (row: Row) => row.start * 1000 + row.id;
  const inWindow = [...newest.values()].filter(({ start }) => us(start) >= fromUs && us(start) < toUs).sort((a, b) => key(a) - key(b));
  let after = cursor === null ? -1 : Number(cursor);
  for (;;) {
    const page = inWindow.filter((row) => key(row) > after).slice(0, 3);
    const last = page.at(-1);
    if (last === undefined) return;
    if (backend.failsAfter !== null && backend.failsAfter-- <= 0)
      throw unableError({ code: 'backend_failed', message: 'the backend went away', hint: 'try again' });
    after = key(last);
    yield { spans: page.map(spanOfRow), scores: page.flatMap(scoreOfRow), cursor: String(after), waitMs: backend.waitMs };
  }
};

const traceOf = (id: number): string => (Math.floor(id / 3) + 1).toString(16).padStart(32, '0');

const spanOfRow = ({ id, start, version }: Row) =>
  spanOf({
    traceId: traceOf(id),
    spanId: (id + 1).toString(16).padStart(16, '0'),
    parentId: id % 3 === 0 ? null : (id - (id % 3) + 1).toString(16).padStart(16, '0'),
    name: `step ${id}`,
    traceName: 'support',
    startUs: us(start),
    durationUs: version * 1000,
    updatedUs: us(start) + version,
    reportedCostNanos: version * 7,
  });

const scoreOfRow = ({ id, start, version }: Row): Score[] =>
  id % 2 === 0
    ? []
    : [
        {
          id: `s${id}`,
          traceId: traceOf(id),
          spanId: null,
          name: 'quality',
          value: version / 10,
          label: null,
          source: 'api',
          atUs: us(start),
          updatedUs: us(start) + version,
        },
      ];

const open = async () => {
  const folder = temporaryFolder();
  const cache = await temporaryCache();
  onTestFinished(() => cache.close());
  const journal = await temporaryJournal();
  const state: Backend = { now: 0, rows: [], failsAfter: null, waitMs: 0 };
  const adapter = {
    kind: 'scripted',
    summary: '',
    config: z.unknown(),
    open: (): TraceBackend => ({
      traits: { spans: true, aggregates: false, overlapMs, sliceMs: 60 * minuteMs },
      ping: async () => ({ state: 'ok', detail: '' }),
      pages: ({ fromUs, toUs }, cursor) => pagesOf(state, fromUs, toUs, cursor),
    }),
  };
  const registry = { scripted: async () => ({ default: adapter }) } as unknown as SyncRequest['registry'];
  const traces = { backend: 'prod', match: { trace_name: 'support' } };
  const fleet = { agents: [{ name: 'support', traces, qualityScore: null }], prices: {}, stateFolder: folder } as unknown as Fleet;
  const slot = { kind: 'scripted', config: {}, at: { file: 'agentops.yaml', line: 1, column: 1 } };
  const sync = (parts: Partial<SyncRequest> & { signal?: AbortSignal; into?: Cache; clock?: Context['clock'] } = {}) => {
    const { signal = new AbortController().signal, into = cache, clock = fakeClock(dayStart + state.now * minuteMs), ...rest } = parts;
    const ctx = fakeContext({ clock, files: systemFiles, signal, journal: async () => journal, cache: async () => into });
    const untilMs = dayStart + state.now * minuteMs;
    return syncBackend(
      ctx,
      fleet,
      'prod',
      slot,
      { registry, sinceMs: null, untilMs, firstMs: 24 * 60 * minuteMs, isRehearsal: false, ...rest },
      () => {},
    );
  };
  return { folder, cache, state, sync };
};

const rowsOfDay = fc.array(
  fc.record({ id: fc.integer({ min: 0, max: 40 }), lateness: fc.integer({ min: 0, max: 29 }), version: fc.integer({ min: 1, max: 3 }) }),
  { minLength: 5, maxLength: 60 },
);

/** The start of a span is its own; what changes is when a version of it is shown, never later than the overlap allows. */
const shown = (told: readonly { id: number; lateness: number; version: number }[]): Row[] =>
  told.map(({ id, lateness, version }) => {
    const start = (id * 37) % 600;
    return { id, start, shownAt: start + lateness, version };
  });

const steps = fc.array(
  fc.record({
    minutes: fc.integer({ min: 1, max: 200 }),
    how: fc.constantFrom(
      'whole' as const,
      'failing' as const,
      'crashing' as const,
      'since' as const,
      'rehearsed' as const,
      'twice' as const,
    ),
    at: fc.integer({ min: 0, max: 12 }),
  }),
  { minLength: 1, maxLength: 6 },
);

test('any history of syncs, cut off anywhere, ends in the cache of one clean sync', async () => {
  await fc.assert(
    fc.asyncProperty(rowsOfDay, steps, async (told, history) => {
      const [broken, clean] = [await open(), await open()];
      broken.state.rows = shown(told);
      clean.state.rows = broken.state.rows;
      for (const { minutes, how, at } of history) {
        broken.state.now += minutes;
        broken.state.failsAfter = how === 'failing' ? at : null;
        if (how === 'crashing') await broken.sync({ into: crashing(broken.cache, at) }).catch(() => undefined);
        else if (how === 'since') await broken.sync({ sinceMs: dayStart + (broken.state.now - at * 10 - 1) * minuteMs });
        else if (how === 'rehearsed') await broken.sync({ isRehearsal: true });
        else if (how === 'twice') await Promise.all([broken.sync(), broken.sync()]);
        else await broken.sync();
      }
      broken.state.failsAfter = null;
      broken.state.now = Math.max(700, broken.state.now + 1);
      clean.state.now = broken.state.now;
      expect((await broken.sync()).complete).toBe(true);
      await clean.sync();
      rebuildRollups(broken.cache);
      rebuildRollups(clean.cache);
      expect(contentOf(broken.cache)).toEqual(contentOf(clean.cache));
    }),
    { numRuns: 40 },
  );
}, 120_000);

const busy = (count: number): Row[] => Array.from({ length: count }, (_, id) => ({ id, start: 30 + id, shownAt: 0, version: 1 }));

test('a row that came late to a window that was cut off long ago is still found', async () => {
  const { cache, state, sync } = await open();
  state.rows = [...busy(12), { id: 39, start: 31, shownAt: 50, version: 1 }];
  state.now = 45;
  state.failsAfter = 3;
  expect(await sync()).toMatchObject({ complete: false, rows: 9 + 4, problem: { code: 'backend_failed', hint: 'try again' } });
  state.failsAfter = null;
  state.now = 600;
  await sync();
  expect(cache.all('SELECT * FROM span')).toHaveLength(13);
});

test('reading the past again moves the watermark only where nothing lies between', async () => {
  const { cache, state, sync } = await open();
  state.rows = busy(12);
  state.now = 60;
  await sync();
  const high = readProgress(cache, 'prod')?.highUs;
  expect(high).toBe(us(60));
  state.now = 300;
  await sync({ sinceMs: dayStart + 200 * minuteMs });
  expect(readProgress(cache, 'prod')).toMatchObject({ highUs: us(60), syncedUs: us(60) });
  // As late as rows may come is not behind the watermark: those of 40 may have been added to since.
  await sync({ sinceMs: dayStart + 40 * minuteMs });
  expect(readProgress(cache, 'prod')?.highUs).toBe(us(60));
  await sync({ sinceMs: dayStart + 30 * minuteMs });
  expect(readProgress(cache, 'prod')?.highUs).toBe(us(300));
});

test('a rehearsal leaves no trace, not even the files', async () => {
  const { folder, cache, state, sync } = await open();
  state.rows = busy(12);
  state.now = 60;
  const before = contentOf(cache);
  expect(await sync({ isRehearsal: true })).toMatchObject({ rows: 18, added: 0, complete: true });
  expect(contentOf(cache)).toEqual(before);
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
});

test('pauses that the backend asks for are made', async () => {
  const { state, sync } = await open();
  state.rows = busy(9);
  state.now = 60;
  state.waitMs = 1500;
  const clock = fakeClock(dayStart + 60 * minuteMs);
  await sync({ clock });
  expect(clock.slept).toEqual([1500, 1500, 1500]);
});

test('stopped by a person, it tells how far it came and keeps it', async () => {
  const { cache, state, sync } = await open();
  state.rows = busy(12);
  state.now = 60;
  state.waitMs = 5;
  const abort = new AbortController();
  const clock = { ...fakeClock(dayStart + 60 * minuteMs), sleep: async () => abort.abort() };
  expect(await sync({ signal: abort.signal, clock })).toMatchObject({ complete: false, problem: null, pages: 1, added: 3 });
  expect(cache.all('SELECT * FROM span')).toHaveLength(3);
});

test('what fails in the store is not taken for a failure of the backend', async () => {
  const { cache, state, sync } = await open();
  state.rows = busy(12);
  state.now = 60;
  await sync({ isRehearsal: true });
  const [size] = cache.all<{ page_count: number }>('PRAGMA page_count');
  cache.all(`PRAGMA max_page_count = ${size?.page_count ?? 0}`);
  state.rows = Array.from({ length: 3000 }, (_, id) => ({ id, start: id % 60, shownAt: 0, version: 1 }));
  await expect(sync()).rejects.toMatchObject({
    kind: 'unable',
    code: 'cache_failed',
    message: expect.stringContaining('the disk is full'),
  });
  cache.all('PRAGMA max_page_count = 1000000');
  expect(await sync()).toMatchObject({ complete: true });
  expect(cache.all('SELECT * FROM span')).toHaveLength(3000);
});
