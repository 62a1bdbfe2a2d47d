import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Cache } from '../../../src/ground/store/port.ts';
import { expireCache } from '../../../src/telemetry/stats/expire-cache.ts';
import { readFigures } from '../../../src/telemetry/stats/figures.cache.ts';
import { rebuildRollups } from '../../../src/telemetry/stats/rebuild-rollups.ts';
import { reassignOwners } from '../../../src/telemetry/traces/ownership.cache.ts';
import { ownershipOf } from '../../../src/telemetry/traces/ownership.ts';
import { freezeBefore } from '../../../src/telemetry/traces/retention.cache.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { contentOf, pricedSpan, temporaryCache } from '../../support/cache.ts';
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
