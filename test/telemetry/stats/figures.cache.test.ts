import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cache } from '../../../src/ground/store/port.ts';
import { readSpend, type SpendQuery } from '../../../src/telemetry/cost/spend.cache.ts';
import { readFigures } from '../../../src/telemetry/stats/figures.cache.ts';
import type { Filter } from '../../../src/telemetry/stats/filter.cache.ts';
import type { Grouping } from '../../../src/telemetry/stats/grouping.ts';
import { rebuildRollups } from '../../../src/telemetry/stats/rebuild-rollups.ts';
import { readGroups } from '../../../src/telemetry/stats/rollups.cache.ts';
import { readEdges } from '../../../src/telemetry/stats/topology.cache.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { temporaryCache } from '../../support/cache.ts';
import { fleetHistory, historyOwnership, historyStartUs } from '../../support/fleet-history.ts';

const dayUs = 86_400_000_000;
const days = 12;
let cache: Cache & { readonly path: string };
let exact: Sqlite.Database;

beforeAll(async () => {
  cache = await temporaryCache();
  upsertPage(cache, historyOwnership, { source: 'prod', spans: fleetHistory(3000, days), scores: [] });
  upsertPage(cache, historyOwnership, {
    source: 'prod',
    spans: [],
    scores: [0.5, 1].map((value, at) => ({
      id: `s${at}`,
      traceId: at.toString(16).padStart(32, '0'),
      spanId: null,
      name: at === 0 ? 'quality' : 'tone',
      value,
      label: null,
      source: 'api',
      atUs: historyStartUs,
      updatedUs: null,
    })),
  });
  rebuildRollups(cache);
  exact = new Sqlite(cache.path, { readonly: true });
});
afterAll(() => {
  exact.close();
  cache.close();
});

const windowOf = fc
  .tuple(fc.integer({ min: -dayUs, max: days * dayUs }), fc.integer({ min: 1, max: 9 * dayUs }))
  .map(([from, length]) => ({ fromUs: historyStartUs + from, toUs: historyStartUs + from + length }));

interface Exact {
  readonly n: number;
  readonly errors: number;
  readonly cost: number | null;
  readonly input: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** The same from single requests, by SQLite alone. */
const exactly = ({ fromUs, toUs }: { fromUs: number; toUs: number }, where = '1', ...params: readonly string[]): Exact =>
  exact
    .prepare(
      `SELECT COUNT(*) AS n, SUM(is_error) AS errors, SUM(cost_nanos) AS cost, SUM(in_tok) AS input, percentile(dur_us, 50) AS p50, percentile(dur_us, 95) AS p95
       FROM run WHERE start_us >= ? AND start_us < ? AND synthetic = 0 AND ${where}`,
    )
    .get(fromUs, toUs, ...params) as Exact;

const is = (column: string) =>
  `${column} = (SELECT id FROM dict WHERE word = ? AND dim = (SELECT MAX(d.dim) FROM dict d JOIN run r ON d.id = r.${column}))`;

const close = (told: number | null, expected: number | null) => {
  if (expected === null) expect(told).toBeNull();
  else expect(Math.abs((told ?? Number.NaN) - expected)).toBeLessThanOrEqual(expected * 0.01 + 1e-6);
};

describe('figures of any window', () => {
  test('cost by agent = by model = by provider = by user = by anything = total, to the nano-dollar', () => {
    const everything: readonly SpendQuery['by'][] = [
      'agent',
      'model',
      'provider',
      'user',
      'task',
      'env',
      'release',
      'prompt-version',
      'error',
      'caller',
    ];
    fc.assert(
      fc.property(windowOf, fc.constantFrom('hour', 'day', 'week'), (window, bucket) => {
        const { cost } = exactly(window);
        for (const by of everything) {
          expect([by, readSpend(cache, { window, by, bucket }).totalNanos]).toEqual([by, cost ?? 0]);
          const table = readFigures(cache, { window, by });
          expect([by, table.rows.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0)]).toEqual([by, cost ?? 0]);
          expect(table.totals.costNanos ?? 0).toBe(cost ?? 0);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('are those of its single requests: counts exact, quantiles within one percent', () => {
    fc.assert(
      fc.property(windowOf, (window) => {
        const wanted = exactly(window);
        const { totals, rows } = readFigures(cache, { window, by: 'agent' });
        expect({ n: totals.requests, errors: totals.errors, input: totals.inputTokens }).toEqual({
          n: wanted.n,
          errors: wanted.errors ?? 0,
          input: wanted.input ?? 0,
        });
        close(totals.latencyP50Us, wanted.p50);
        close(totals.latencyP95Us, wanted.p95);
        for (const row of rows) {
          if (row.key === '(unmatched)') continue;
          const ofAgent = exactly(window, is('agent'), row.key);
          expect([row.key, row.requests, row.costNanos]).toEqual([row.key, ofAgent.n, ofAgent.cost]);
          close(row.latencyP95Us, ofAgent.p95);
        }
      }),
      { numRuns: 40 },
    );
  });

  const filters: readonly (readonly [Grouping, Filter, string, readonly string[], 'rollups' | 'both' | 'scan'])[] = [
    ['agent', { env: 'prod' }, is('env'), ['prod'], 'rollups'],
    ['env', { agent: 'support' }, is('agent'), ['support'], 'rollups'],
    ['user', { user: 'ada' }, is('user'), ['ada'], 'both'],
    ['agent', { user: 'ada', env: 'prod' }, `${is('user')} AND ${is('env')}`, ['ada', 'prod'], 'scan'],
    ['release', { task: 'refund' }, is('task'), ['refund'], 'scan'],
    ['model', { user: 'bob' }, is('user'), ['bob'], 'scan'],
    ['model', { agent: 'research' }, is('agent'), ['research'], 'rollups'],
    ['error', { error: 'timeout' }, 'error_type = 4', [], 'rollups'],
    ['task', { user: 'nobody at all' }, '0', [], 'scan'],
  ];
  test.each(filters)('by %s of %o say how they were found', (by, filter, where, params, basis) => {
    const window = { fromUs: historyStartUs + dayUs / 3 + 1234, toUs: historyStartUs + 9.7 * dayUs };
    const table = readFigures(cache, { window, by, filter });
    const wanted = exactly(window, where, ...params);
    expect(table.rows.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0)).toBe(wanted.cost ?? 0);
    expect(table.basis).toBe(basis);
    if (by !== 'model') expect(table.totals.requests).toBe(wanted.n);
  });

  test('probes of our own count nowhere but in their own cost', () => {
    const window = { fromUs: historyStartUs, toUs: historyStartUs + days * dayUs + dayUs };
    const probes = exact.prepare('SELECT SUM(cost_nanos) AS cost FROM run WHERE synthetic = 1').get() as { cost: number };
    expect(probes.cost).toBeGreaterThan(0);
    for (const by of ['agent', 'user', 'model'] as const)
      expect(readFigures(cache, { window, by }).rows.reduce((sum, { probeCostNanos }) => sum + probeCostNanos, 0)).toBe(probes.cost);
  });

  test('compare the cost of a request with that of the seven days before', () => {
    const window = { fromUs: historyStartUs + 9 * dayUs, toUs: historyStartUs + 10 * dayUs };
    const bucketUs = Math.floor(window.fromUs / 900e6) * 900e6;
    const [now, before] = [exactly(window), exactly({ fromUs: bucketUs - 7 * dayUs, toUs: bucketUs })];
    const ratio = (now.cost ?? 0) / now.n / ((before.cost ?? 1) / before.n);
    expect(readFigures(cache, { window, by: 'agent' }).totals.costVsBaseline).toBeCloseTo(ratio, 10);
  });

  test('tools and scores have rows of their own', () => {
    const window = { fromUs: historyStartUs, toUs: historyStartUs + 20 * dayUs };
    expect(
      readFigures(cache, { window, by: 'tool' })
        .rows.map(({ key }) => key)
        .sort(),
    ).toEqual(['refund', 'search']);
    expect(readFigures(cache, { window, by: 'score' }).rows.map(({ key, requests, quality }) => ({ key, requests, quality }))).toEqual([
      { key: 'quality', requests: 1, quality: 0.5 },
      { key: 'tone', requests: 1, quality: 1 },
    ]);
  });

  test('scores are not filtered by what they are not about', () => {
    const window = { fromUs: historyStartUs, toUs: historyStartUs + dayUs };
    expect(() => readFigures(cache, { window, by: 'score', filter: { model: 'gpt-4o' } })).toThrow(
      expect.objectContaining({ kind: 'usage' }),
    );
  });

  test('a series adds up to its window', () => {
    const window = { fromUs: historyStartUs + 5, toUs: historyStartUs + 3 * dayUs };
    for (const split of ['quarter', 'hour', 'day', 'week'] as const) {
      const { groups } = readGroups(cache, { window, by: 'agent', split });
      expect(groups.reduce((sum, { cell }) => sum + cell.n, 0)).toBe(exactly(window).n);
    }
    const weeks = new Set(
      readGroups(cache, {
        window: { fromUs: historyStartUs, toUs: historyStartUs + 12 * dayUs },
        by: 'agent',
        split: 'week',
      }).groups.map(({ bucketUs }) => new Date((bucketUs ?? 0) / 1000).getUTCDay()),
    );
    expect([...weeks]).toEqual([1]);
  });

  test('hand-offs are who called whom', () => {
    const edges = readEdges(cache, { fromUs: historyStartUs, toUs: historyStartUs + 20 * dayUs });
    const handoffs = edges.filter(({ caller }) => caller !== null);
    expect(handoffs.map(({ caller, agent }) => `${caller} > ${agent}`).sort()).toEqual(['coding > research', 'support > research']);
    const counted = exact.prepare('SELECT COUNT(*) AS n FROM run WHERE caller > 0 AND synthetic = 0').get() as { n: number };
    expect(handoffs.reduce((sum, { requests }) => sum + requests, 0)).toBe(counted.n);
  });
});
