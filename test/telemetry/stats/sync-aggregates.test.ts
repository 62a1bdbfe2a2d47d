import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { unableError } from '../../../src/ground/errors.ts';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import type { Cache } from '../../../src/ground/store/port.ts';
import { readAggregates } from '../../../src/telemetry/stats/aggregates.cache.ts';
import { syncAggregates } from '../../../src/telemetry/stats/sync-aggregates.ts';
import { ownershipOf } from '../../../src/telemetry/traces/ownership.ts';
import type { Aggregate, TimeWindow, TraceBackend } from '../../../src/telemetry/traces/port.ts';
import { temporaryCache } from '../../support/cache.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { fakeContext } from '../../support/fake-context.ts';

const hourMs = 3_600_000;
const hourUs = hourMs * 1000;
const start = Date.UTC(2026, 10, 20);
const rules = [
  { agent: 'support', source: 'prod', match: { service_name: 'support', environment: 'prod' } },
  { agent: 'billing', source: 'prod', match: { 'metadata.team': 'money' } },
];
const fleet = {
  stateFolder: '/nowhere',
  agents: rules.map(({ agent, match }) => ({ name: agent, traces: { backend: 'prod', match }, qualityScore: null })),
} as unknown as Fleet;

const nothing = { errors: null, inputTokens: null, outputTokens: null, costNanos: null };
const noLatency = { latencyP50Us: null, latencyP95Us: null, latencyP99Us: null };
const told = (hour: number, parts: Partial<Aggregate>): Aggregate => ({
  bucketUs: start * 1000 + hour * hourUs,
  widthUs: hourUs,
  labels: { service_name: 'support', environment: 'prod' },
  model: null,
  requests: 0,
  ...nothing,
  ...noLatency,
  ...parts,
});

/** A backend that tells, hour by hour, what `tells` has; `failsAfter` answers it goes away. */
interface Told {
  tells: readonly Aggregate[];
  failsAfter: number | null;
  readonly asked: TimeWindow[];
}

const backendOf = (held: Told, parts: Partial<TraceBackend> = {}): TraceBackend => ({
  traits: { spans: false, aggregates: true, overlapMs: 2 * hourMs, sliceMs: 6 * hourMs },
  ping: async () => ({ state: 'ok', detail: '' }),
  pages: () => {
    throw new Error('spans were asked for');
  },
  async *aggregates(window) {
    held.asked.push(window);
    if (held.failsAfter !== null && held.failsAfter-- <= 0) throw unableError({ code: 'backend_failed', message: 'gone', hint: 'wait' });
    for (const each of held.tells) if (each.bucketUs + each.widthUs > window.fromUs && each.bucketUs < window.toUs) yield [each];
  },
  ...parts,
});

const openSync = async (tells: readonly Aggregate[], parts: Partial<TraceBackend> = {}) => {
  const cache = await temporaryCache();
  onTestFinished(() => cache.close());
  return syncInto(cache, tells, parts);
};
const syncInto = (cache: Cache, tells: readonly Aggregate[], parts: Partial<TraceBackend> = {}) => {
  const held: Told = { tells, failsAfter: null, asked: [] };
  const clock = fakeClock(start);
  const ctx = fakeContext({ clock, files: systemFiles, cache: async () => cache });
  const slot = { kind: 'figures', config: { mode: 'metrics' }, at: { file: '', line: 1, column: 1 } };
  const registry = {
    figures: async () => ({ default: { kind: 'figures', summary: '', config: z.unknown(), open: () => backendOf(held, parts) } }),
  };
  const sync = (hour: number, sinceMs: number | null = null, isRehearsal = false) =>
    syncAggregates(ctx, fleet, 'prod', slot, { registry, sinceMs, untilMs: start + hour * hourMs, isRehearsal, firstMs: 24 * hourMs });
  const rows = () =>
    readAggregates(cache, () => ownershipOf(rules), ['prod'], { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER }).map(
      ({ bucketUs: _, ...row }) => row,
    );
  return { cache, held, sync, rows };
};

describe('the figures of a backend', () => {
  test('are added up by agent and model, whichever answers they came in', async () => {
    const latency = { latencyP50Us: 100, latencyP95Us: 900, latencyP99Us: 1000 };
    const { sync, rows } = await openSync([
      told(1, { requests: 10, errors: 1 }),
      told(1, latency),
      told(1, { model: 'm', inputTokens: 500, outputTokens: 50, costNanos: 7 }),
      told(2, { requests: 5, errors: 0, latencyP95Us: 700 }),
      told(2, { model: 'm', inputTokens: 100, outputTokens: 10, costNanos: null }),
      told(2, { requests: 3, labels: { 'metadata.team': 'money' } }),
      told(2, { requests: 2, labels: { service_name: 'support', environment: 'staging' } }),
    ]);
    expect(await sync(6)).toMatchObject({ complete: true, problem: null, rows: 7, added: 6, changed: 0 });
    expect(rows()).toEqual(
      expect.arrayContaining([
        { agent: 'support', model: null, ...nothing, requests: 15, errors: 1, latencyP50Us: 100, latencyP95Us: 900, latencyP99Us: 1000 },
        { agent: 'support', model: 'm', ...nothing, ...noLatency, requests: 0, inputTokens: 600, outputTokens: 60, costNanos: 7 },
        { agent: 'billing', model: null, ...nothing, ...noLatency, requests: 3 },
        { agent: null, model: null, ...nothing, ...noLatency, requests: 2 },
      ]),
    );
  });

  test('told again change nothing; told otherwise, or no more, they are what was told last', async () => {
    const { held, sync, rows } = await openSync([told(1, { requests: 10 }), told(5, { requests: 4 })]);
    await sync(6);
    expect(await sync(6, start)).toMatchObject({ added: 0, changed: 0 });
    expect(rows()).toMatchObject([{ requests: 14 }]);
    held.tells = [told(5, { requests: 6 })];
    expect(await sync(6, start)).toMatchObject({ added: 0, changed: 1 });
    expect(rows()).toMatchObject([{ requests: 6 }]);
  });

  test('are read on from where reading ended, with the overlap', async () => {
    const { held, sync } = await openSync([]);
    await sync(6);
    held.asked.length = 0;
    await sync(7);
    expect(held.asked).toEqual([{ fromUs: (start + 4 * hourMs) * 1000, toUs: (start + 7 * hourMs) * 1000 }]);
  });

  test('are kept up to where the backend failed, and read to their end the next time', async () => {
    const tells = Array.from({ length: 24 }, (_, hour) => told(hour - 18, { requests: 1 }));
    const { held, sync, rows } = await openSync(tells);
    held.failsAfter = 2;
    expect(await sync(6)).toMatchObject({ complete: false, problem: { code: 'backend_failed', hint: 'wait' } });
    expect(rows()).toMatchObject([{ requests: 12 }]);
    held.failsAfter = null;
    expect(await sync(6)).toMatchObject({ complete: true, problem: null });
    expect(rows()).toMatchObject([{ requests: 24 }]);
  });

  test('end the same whatever the order of reading', async () => {
    const cell = fc.record({
      hour: fc.integer({ min: 0, max: 11 }),
      requests: fc.integer({ min: 0, max: 9 }),
      model: fc.constantFrom(null, 'a', 'b'),
    });
    const steps = fc.array(fc.record({ until: fc.integer({ min: 1, max: 12 }), since: fc.option(fc.integer({ min: 0, max: 11 })) }), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 12 }), steps, async (cells, given) => {
        const tells = cells.map(({ hour, requests, model }) => told(hour, { requests, model }));
        const total = (rows: readonly { requests: number }[]) => rows.reduce((sum, { requests }) => sum + requests, 0);
        const cache = await temporaryCache();
        try {
          const { sync, rows } = syncInto(cache, tells);
          for (const { until, since } of given) {
            const sinceMs = since === null ? null : start + since * hourMs;
            if (sinceMs === null || sinceMs < start + until * hourMs) await sync(until, sinceMs);
          }
          await sync(12, start - hourMs);
          expect(total(rows())).toBe(cells.reduce((sum, { requests }) => sum + requests, 0));
        } finally {
          cache.close();
        }
      }),
      { numRuns: 25 },
    );
  });

  test('read as a rehearsal are not kept', async () => {
    const { sync, rows } = await openSync([told(1, { requests: 10 })]);
    expect(await sync(6, null, true)).toMatchObject({ rows: 1, added: 0, complete: true });
    expect(rows()).toEqual([]);
  });
});
