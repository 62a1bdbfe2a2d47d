import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Cache } from '../../../src/ground/store/port.ts';
import { replaceAggregates } from '../../../src/telemetry/stats/aggregates.cache.ts';
import { defaultRetention, expireCache } from '../../../src/telemetry/stats/expire-cache.ts';
import { readFigures } from '../../../src/telemetry/stats/figures.cache.ts';
import { pageProblems, vacuumCache } from '../../../src/telemetry/stats/inventory.cache.ts';
import { rebuildRollups } from '../../../src/telemetry/stats/rebuild-rollups.ts';
import { verifyRollups } from '../../../src/telemetry/stats/verify-rollups.ts';
import { reassignOwners } from '../../../src/telemetry/traces/ownership.cache.ts';
import { ownershipOf } from '../../../src/telemetry/traces/ownership.ts';
import { freezeBefore } from '../../../src/telemetry/traces/retention.cache.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { contentOf, crashing, pricedSpan, temporaryCache } from '../../support/cache.ts';
import { fleetHistory, historyOwnership, historyStartUs } from '../../support/fleet-history.ts';

const dayUs = 86_400_000_000;
const days = 12;
const requests = 250;
const nowUs = historyStartUs + days * dayUs;
const keep = { payloadDays: 1, spanDays: 4, quarterDays: 5, hourDays: 8 };
const everything = { fromUs: historyStartUs - dayUs, toUs: nowUs + dayUs };

let cache: Cache;
beforeEach(async () => {
  cache = await temporaryCache();
  upsertPage(cache, historyOwnership, { source: 'prod', spans: fleetHistory(requests, days), scores: [] });
});
afterEach(() => cache.close());

const rollups = () => {
  const { run_roll, call_roll } = contentOf(cache);
  return { run_roll, call_roll };
};

describe('what is past its time', () => {
  test('goes, and takes no figure of whole days with it', () => {
    rebuildRollups(cache);
    const before = readFigures(cache, { window: everything, by: 'agent' });
    const daysBefore = rollups().run_roll?.filter((cell) => cell.startsWith('[2,'));
    const gone = expireCache(cache, nowUs, keep);
    expect(gone.traces).toBeGreaterThan(requests / 3);
    expect(gone.cells).toBeGreaterThan(0);
    expect(cache.all('SELECT freelist_count AS free FROM pragma_freelist_count')).toEqual([{ free: 0 }]);
    expect(rollups().run_roll?.filter((cell) => cell.startsWith('[2,'))).toEqual(daysBefore);
    expect(readFigures(cache, { window: everything, by: 'agent' }).rows).toEqual(before.rows);
    expect(cache.all('SELECT 1 FROM run WHERE start_us < ? AND run_no = 0', Math.floor(nowUs / dayUs) * dayUs - 5 * dayUs)).toEqual([]);
    expect(expireCache(cache, nowUs, keep)).toEqual({ traces: 0, payloads: 0, cells: 0 });
  });

  test('is not frozen while something in it waits to be counted', () => {
    expect(freezeBefore(cache, nowUs)).toBe(false);
    rebuildRollups(cache);
    expect(freezeBefore(cache, nowUs)).toBe(true);
  });

  test('is counted before it goes, even if nobody had counted it yet', () => {
    expireCache(cache, nowUs, keep);
    const { totals } = readFigures(cache, { window: everything, by: 'agent' });
    const single = requests + fleetHistory(requests, days).filter(({ agentName }) => agentName === 'research').length;
    const probes = cache.all<{ n: number }>('SELECT SUM(probes) AS n FROM run_roll WHERE grain = 2 AND facet = 0')[0]?.n ?? 0;
    expect(totals.requests + probes).toBe(single);
  });

  test('comes late and is refused; its frozen bucket stays as it is', () => {
    expireCache(cache, nowUs, keep);
    const before = rollups();
    const late = pricedSpan({
      traceId: 'late',
      spanId: 's',
      name: 'n',
      startUs: historyStartUs + 5,
      durationUs: 1,
      traceName: 'support',
      costNanos: 7,
    });
    expect(upsertPage(cache, historyOwnership, { source: 'prod', spans: [late], scores: [] }).tooOld).toBe(1);
    rebuildRollups(cache);
    expect(rollups()).toEqual(before);
  });

  test('moves the ends of a window outward to the buckets that are left, and says so', () => {
    expireCache(cache, nowUs, keep);
    const asked = { fromUs: historyStartUs + dayUs + 1, toUs: historyStartUs + 2 * dayUs + 1 };
    const { window } = readFigures(cache, { window: asked, by: 'agent' });
    expect(window).toEqual({ fromUs: Math.floor(asked.fromUs / dayUs) * dayUs, toUs: Math.ceil(asked.toUs / dayUs) * dayUs });
  });

  test('and texts go first', async () => {
    const span = pricedSpan({
      traceId: 'p',
      spanId: 's',
      name: 'n',
      startUs: nowUs - 3 * dayUs,
      durationUs: 1,
      input: 'hello',
      output: 'there',
    });
    upsertPage(cache, historyOwnership, { source: 'prod', spans: [span], scores: [], keepText: (text) => text });
    expect(cache.all('SELECT body FROM payload')).toEqual([{ body: '{"input":"hello","output":"there","message":null}' }]);
    expect(expireCache(cache, nowUs, keep).payloads).toBe(1);
  });
});

describe('five hundred days of history', () => {
  const longDays = 500;
  const longNowUs = historyStartUs + longDays * dayUs;
  const whole = { fromUs: (Math.floor(historyStartUs / dayUs) - 1) * dayUs, toUs: (Math.ceil(longNowUs / dayUs) + 1) * dayUs };
  let old: Awaited<ReturnType<typeof temporaryCache>>;
  beforeEach(async () => {
    old = await temporaryCache();
    upsertPage(old, historyOwnership, { source: 'prod', spans: fleetHistory(600, longDays), scores: [] });
    rebuildRollups(old);
  });
  afterEach(() => old.close());

  const oldestOf = (table: string, column: string, where = '1') =>
    old.all<{ at: number | null }>(`SELECT MIN(${column}) AS at FROM ${table} WHERE ${where}`)[0]?.at ?? Number.NaN;
  const startOfDay = (days: number) => (Math.floor(longNowUs / dayUs) - days) * dayUs;
  const groupings = ['agent', 'model', 'provider', 'user', 'release', 'tool'] as const;
  const figures = () => groupings.map((by) => readFigures(old, { window: whole, by }).rows);

  test('shrink to a month of spans, and every figure of whole days stays', () => {
    const before = figures();
    old.all('PRAGMA wal_checkpoint(TRUNCATE)');
    const bytes = statSync(old.path).size;
    expireCache(old, longNowUs);
    expect(oldestOf('run', 'start_us', 'run_no = 0')).toBeGreaterThanOrEqual(startOfDay(30));
    for (const table of ['span', 'score', 'payload', 'run'])
      expect(old.all(`SELECT 1 FROM ${table} WHERE trace_no NOT IN (SELECT no FROM trace)`)).toEqual([]);
    for (const table of ['run_roll', 'call_roll']) {
      expect(oldestOf(table, 'bucket', 'grain = 0') * 900_000_000).toBeGreaterThanOrEqual(startOfDay(90));
      expect(oldestOf(table, 'bucket', 'grain = 1') * 3_600_000_000).toBeGreaterThanOrEqual(startOfDay(400));
      expect(oldestOf(table, 'bucket', 'grain = 2')).toBeLessThanOrEqual(historyStartUs / dayUs + 3);
    }
    expect(figures()).toEqual(before);
    expect(verifyRollups(old).wrong).toEqual([]);
    vacuumCache(old);
    expect(statSync(old.path).size).toBeLessThan(0.8 * bytes);
    expect(figures()).toEqual(before);
    expect(pageProblems(old)).toEqual([]);
  });

  test('end alike when they are cut off after any transaction, or crash in any', async () => {
    const other = await temporaryCache();
    upsertPage(other, historyOwnership, { source: 'prod', spans: fleetHistory(600, longDays), scores: [] });
    expireCache(other, longNowUs);
    for (let crash = 0; crash < 20; crash++) {
      try {
        expireCache(crashing(old, crash * 37), longNowUs, defaultRetention, () => crash % 2 === 0);
      } catch (thrown) {
        if (!(thrown instanceof Error) || thrown.message !== 'crash') throw thrown;
      }
    }
    expireCache(old, longNowUs);
    expect(contentOf(old)).toEqual(contentOf(other));
    other.close();
  });

  test('scores that no span ever joined go with their time; newer ones wait on', () => {
    const score = (at: number, traceId: string) => ({
      ...{ id: 's', traceId, spanId: null, name: 'quality', value: 1, label: null, source: 'api', atUs: at, updatedUs: null },
    });
    const scores = [score(longNowUs - 40 * dayUs, 'a'.repeat(32)), score(longNowUs - dayUs, 'b'.repeat(32))];
    upsertPage(old, historyOwnership, { source: 'prod', spans: [], scores });
    expireCache(old, longNowUs);
    expect(old.all('SELECT lower(hex(t.trace_id)) AS id FROM score s JOIN trace t ON t.no = s.trace_no')).toEqual([{ id: 'b'.repeat(32) }]);
  });

  test('figures that a backend counted itself get coarser, and stay the same in sum', () => {
    const hourUs = 3_600_000_000;
    const told = Array.from({ length: (longDays * 24) / 5 }, (_, at) => ({
      ...{
        bucketUs: historyStartUs - (historyStartUs % dayUs) + at * 5 * hourUs,
        widthUs: at % 2 === 0 ? hourUs : hourUs / 4,
        labels: '["support"]',
      },
      ...{ model: at % 3 === 0 ? 'gpt-4o' : null, requests: at, errors: at % 4 === 0 ? null : 1, inputTokens: 3, outputTokens: null },
      ...{ costNanos: at * 7, latencyP50Us: at, latencyP95Us: at * 2, latencyP99Us: null },
    }));
    old.transact(() => replaceAggregates(old, 'metrics', whole, told));
    const sums = () =>
      old.all(
        'SELECT model, SUM(requests), SUM(errors), SUM(in_tok), SUM(out_tok), SUM(cost_nanos), MAX(p95_us) FROM aggregate GROUP BY 1',
      );
    const before = sums();
    const rows = () => old.all<{ n: number }>('SELECT COUNT(*) AS n FROM aggregate')[0]?.n ?? 0;
    const { length } = told;
    const gone = expireCache(old, longNowUs);
    expect(sums()).toEqual(before);
    expect(rows()).toBeLessThan(length);
    expect(gone.cells).toBeGreaterThanOrEqual(length - rows());
    const narrowest = (from: number, to: number) =>
      old.all<{ us: number }>('SELECT MIN(width_us) AS us FROM aggregate WHERE bucket_us >= ? AND bucket_us < ?', from, to)[0]?.us;
    expect(narrowest(0, startOfDay(400))).toBe(dayUs);
    expect(narrowest(startOfDay(400), startOfDay(90))).toBe(hourUs);
    expect(narrowest(startOfDay(90), longNowUs)).toBe(hourUs / 4);
    expireCache(old, longNowUs);
    expect(sums()).toEqual(before);
  });
});

describe('a change of the rules', () => {
  const changed = ownershipOf([
    { agent: 'helpdesk', source: 'prod', match: { trace_name: 'support' } },
    { agent: 'research', source: 'prod', match: { agent_name: 'research' } },
  ]);

  test('gives the spans that are there to their new owners, as if they had come under it', async () => {
    rebuildRollups(cache);
    expect(reassignOwners(cache, changed)).toBe(requests);
    rebuildRollups(cache);
    const fresh = await temporaryCache();
    upsertPage(fresh, changed, { source: 'prod', spans: fleetHistory(requests, days), scores: [] });
    rebuildRollups(fresh);
    expect(contentOf(cache)).toEqual(contentOf(fresh));
    fresh.close();
  });

  test('is noticed once', () => {
    reassignOwners(cache, changed);
    expect(reassignOwners(cache, changed)).toBe(0);
  });
});
