import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cache } from '../../../src/ground/store/port.ts';
import { readModelSpend } from '../../../src/telemetry/cost/model-spend.cache.ts';
import { readPairs } from '../../../src/telemetry/stats/pairs.cache.ts';
import { rebuildRollups } from '../../../src/telemetry/stats/rebuild-rollups.ts';
import { readGroups } from '../../../src/telemetry/stats/rollups.cache.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { temporaryCache } from '../../support/cache.ts';
import { figuresManifest } from '../../support/figures-fleet.ts';
import { fleetHistory, historyOwnership, historyStartUs } from '../../support/fleet-history.ts';
import { load } from '../../support/load-manifest.ts';
import { scratch } from '../../support/run-cli.ts';

const days = 3;
const minuteUs = 60_000_000;
/** With ragged ends: of them single requests are counted. */
const window = { fromUs: historyStartUs + 7 * minuteUs, toUs: historyStartUs + days * 1440 * minuteUs - 11 * minuteUs };
let cache: Cache;
beforeAll(async () => {
  cache = await temporaryCache();
  upsertPage(cache, historyOwnership, { source: 'prod', spans: fleetHistory(1500, days), scores: [] });
  rebuildRollups(cache);
});
afterAll(() => cache.close());

describe.each(['caller', 'error'] as const)('pairs by %s', (by) => {
  test('are for each agent what a reading of that agent alone has', () => {
    const pairs = readPairs(cache, { window, by, filter: {}, sumsOnly: false });
    for (const agent of new Set(pairs.map((pair) => pair.agent))) {
      const own = readGroups(cache, { window, by, filter: { agent } }).groups;
      const sorted = (cells: readonly { readonly key: string; readonly cell: unknown }[]) =>
        cells.map(({ key, cell }) => [key, cell] as const).sort(([a], [b]) => (a < b ? -1 : 1));
      expect(sorted(pairs.filter((pair) => pair.agent === agent))).toEqual(sorted(own));
      expect(readPairs(cache, { window, by, filter: { agent }, sumsOnly: true }).every((pair) => pair.agent === agent)).toBe(true);
    }
    expect(pairs.length).toBeGreaterThan(4);
  });
});

test('spend by agent and model comes to that by agent, fees of tools included, and to its calls by model', async () => {
  using folder = scratch({ 'agentops.yaml': figuresManifest });
  const { fleet } = await load(folder.path);
  const spend = readModelSpend(cache, fleet, window, {});
  const sum = (rows: readonly { readonly cost: number | null }[]) => rows.reduce((all, { cost }) => all + (cost ?? 0), 0);
  for (const { key, cell } of readGroups(cache, { window, by: 'agent', sumsOnly: true }).groups)
    expect([key, sum(spend.filter(({ agent }) => agent === key).map(({ costNanos }) => ({ cost: costNanos })))]).toEqual([
      key,
      cell.cost_nanos,
    ]);
  for (const { key, cell } of readGroups(cache, { window, by: 'model', sumsOnly: true }).groups)
    expect([key, spend.filter(({ model }) => model === key).reduce((all, { calls }) => all + calls, 0)]).toEqual([key, cell.n]);
  expect(spend.find(({ model }) => model === '(none)')?.calls).toBe(0);
});
