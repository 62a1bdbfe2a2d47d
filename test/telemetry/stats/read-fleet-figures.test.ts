import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Fleet } from '../../../src/fleet/agent.ts';
import type { Cache } from '../../../src/ground/store/port.ts';
import { readFleetSpend } from '../../../src/telemetry/cost/read-spend.ts';
import { joinAggregates } from '../../../src/telemetry/stats/aggregate.ts';
import { replaceAggregates } from '../../../src/telemetry/stats/aggregates.cache.ts';
import { readFleetFigures } from '../../../src/telemetry/stats/read-fleet-figures.ts';
import { rebuildRollups } from '../../../src/telemetry/stats/rebuild-rollups.ts';
import { fleetOwnership } from '../../../src/telemetry/traces/fleet-ownership.ts';
import type { Aggregate } from '../../../src/telemetry/traces/port.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan, temporaryCache } from '../../support/cache.ts';

const hourUs = 3_600_000_000;
const dayUs = 24 * hourUs;
const dayStartUs = Date.UTC(2026, 10, 20) * 1000;
const window = { fromUs: dayStartUs, toUs: dayStartUs + dayUs };

const fleetOf = (mode: 'metrics' | 'spans') =>
  ({
    backends: { counts: { kind: 'prometheus', config: { mode } }, sent: { kind: 'otlp', config: {} } },
    agents: [
      { name: 'support', traces: { backend: 'counts', match: { service_name: 'support' } }, qualityScore: null },
      { name: 'orders', traces: { backend: 'sent', match: { service_name: 'orders' } }, qualityScore: null },
    ],
  }) as unknown as Fleet;
const fleet = fleetOf('metrics');
const ownership = fleetOwnership(fleet);

const told = (hour: number, parts: Partial<Aggregate>): Aggregate => ({
  bucketUs: dayStartUs + hour * hourUs,
  widthUs: hourUs,
  labels: { service_name: 'support' },
  model: null,
  requests: 0,
  errors: null,
  inputTokens: null,
  outputTokens: null,
  costNanos: null,
  latencyP50Us: null,
  latencyP95Us: null,
  latencyP99Us: null,
  ...parts,
});

let cache: Cache;
beforeEach(async () => {
  cache = await temporaryCache();
  onTestFinished(() => cache.close());
  const rows = joinAggregates(
    [
      told(-30, { requests: 10, errors: 0 }),
      told(-30, { model: 'm', costNanos: 100 }),
      told(1, { requests: 30, errors: 3, latencyP95Us: 700 }),
      told(2, { requests: 10, errors: 1, latencyP95Us: 900 }),
      told(2, { model: 'm', inputTokens: 50, outputTokens: 5, costNanos: 800 }),
      told(2, { labels: { service_name: 'nobody' }, requests: 2, costNanos: 5 }),
    ],
    ownership,
  );
  cache.transact(() => replaceAggregates(cache, 'counts', { fromUs: dayStartUs - 7 * dayUs, toUs: window.toUs }, rows));
  const orders = { serviceName: 'orders', startUs: dayStartUs + hourUs, durationUs: 1000, user: 'ada' };
  const call = pricedSpan({
    ...orders,
    traceId: '1'.padStart(32, '0'),
    spanId: '1'.padStart(16, '0'),
    name: 'chat',
    kind: 'llm',
    model: 'm',
    tokens: { input: 10, output: 1, cachedRead: null, cachedWrite: null, cachedWrite1h: null, reasoning: null },
    costNanos: 40,
  });
  upsertPage(cache, ownership, { source: 'sent', spans: [call], scores: [] });
  rebuildRollups(cache);
});

describe('figures of backends that count by themselves', () => {
  test('stand beside those counted from spans, by agent, and in the total', () => {
    const { rows, totals } = readFleetFigures(cache, fleet, { window, by: 'agent' });
    expect(rows).toMatchObject([
      {
        key: 'support',
        requests: 40,
        errors: 4,
        errorRate: 0.1,
        costNanos: 800,
        costPerRequestNanos: 20,
        costVsBaseline: 2,
        latencyP95Us: 900,
      },
      { key: '(unmatched)', requests: 2, costNanos: 5 },
      { key: 'orders', requests: 1, errors: 0, costNanos: 40 },
    ]);
    expect(totals).toMatchObject({ requests: 43, errors: 4, costNanos: 845, inputTokens: 60, outputTokens: 6 });
  });

  test('obey a filter on the agent, and are left out behind any other', () => {
    const requestsOf = (filter: object) => readFleetFigures(cache, fleet, { window, by: 'agent', filter }).totals.requests;
    expect(requestsOf({ agent: 'support' })).toBe(40);
    expect(requestsOf({ agent: 'orders' })).toBe(1);
    expect(requestsOf({ user: 'ada' })).toBe(1);
  });

  test('stay what is known of their time when the manifest wants spans from now on', () => {
    expect(readFleetFigures(cache, fleetOf('spans'), { window, by: 'agent' }).totals.requests).toBe(43);
    expect(readFleetSpend(cache, fleetOf('spans'), { window, by: 'agent', bucket: 'day' }).totalNanos).toBe(845);
  });
});

describe('a backend that is read by its spans and by its figures in turn', () => {
  const supportAt = (hour: number, no: number) =>
    pricedSpan({
      ...{ traceId: String(no).padStart(32, '0'), spanId: String(no).padStart(16, '0'), name: 'chat' },
      ...{ serviceName: 'support', startUs: dayStartUs + hour * hourUs, durationUs: 1000 },
    });
  const hours = () => {
    const { rows } = readFleetSpend(cache, fleet, { window, by: 'agent', bucket: 'hour', filter: { agent: 'support' } });
    return Object.fromEntries(rows.map(({ bucketUs, requests }) => [(bucketUs - dayStartUs) / hourUs, requests]));
  };
  const takeSpans = (...spans: Parameters<typeof upsertPage>[2]['spans']) => {
    upsertPage(cache, ownership, { source: 'counts', spans, scores: [] });
    rebuildRollups(cache);
  };

  test('counts the spans of an hour in place of its figures', () => {
    takeSpans(supportAt(1.5, 7), supportAt(3, 8));
    expect(hours()).toEqual({ 1: 1, 2: 10, 3: 1 });
    expect(readFleetFigures(cache, fleet, { window, by: 'agent' }).rows.find(({ key }) => key === 'support')?.requests).toBe(12);
  });

  test('counts figures where there are no spans', () => {
    takeSpans(supportAt(2.9, 7));
    const again = [told(1, { requests: 30 }), told(2, { requests: 10 }), told(3, { requests: 5 })];
    const tally = cache.transact(() => replaceAggregates(cache, 'counts', window, joinAggregates(again, ownership)));
    expect(hours()).toEqual({ 1: 30, 2: 1, 3: 5 });
    expect(tally).toMatchObject({ added: 1 });
  });
});

describe('what was spent', () => {
  test.each(['agent', 'model', 'user', 'release', 'provider'] as const)('is the same in all by %s', (by) => {
    const { rows, totalNanos } = readFleetSpend(cache, fleet, { window, by, bucket: 'day' });
    expect(totalNanos).toBe(845);
    expect(rows.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0)).toBe(845);
  });

  test('stands in the bucket it was told for, under its agent or model', () => {
    const { rows } = readFleetSpend(cache, fleet, { window, by: 'agent', bucket: 'hour', filter: { agent: 'support' } });
    expect(rows.map(({ bucketUs, costNanos, requests }) => [(bucketUs - dayStartUs) / hourUs, costNanos, requests])).toEqual([
      [1, null, 30],
      [2, 800, 10],
    ]);
    const models = readFleetSpend(cache, fleet, { window, by: 'model', bucket: 'day' }).rows.map(({ key, costNanos }) => [key, costNanos]);
    expect(models).toEqual(expect.arrayContaining([['m', 840]]));
  });
});
