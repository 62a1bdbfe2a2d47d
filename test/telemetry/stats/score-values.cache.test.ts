import { expect, onTestFinished, test } from 'vitest';
import { readScoreValues } from '../../../src/telemetry/stats/score-values.cache.ts';
import type { Score } from '../../../src/telemetry/traces/span.ts';
import { temporaryCache } from '../../support/cache.ts';
import { hourUs, takeRequests, traceIdOf } from '../../support/figures-fleet.ts';

const nowUs = Date.UTC(2026, 10, 20, 12) * 1000;
const window = { fromUs: nowUs - hourUs, toUs: nowUs };

const score = (no: number, value: number | null): Score => ({
  ...{ id: `s-${no}`, traceId: traceIdOf(no), spanId: null, name: 'quality', value, label: null, source: 'judge' },
  ...{ atUs: nowUs - 1000, updatedUs: nowUs - 1000 },
});

const filled = async (count: number, value: (no: number) => number | null) => {
  const cache = await temporaryCache();
  onTestFinished(() => cache.close());
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  takeRequests(
    cache,
    nowUs,
    numbers.map((no) => ({ no, startUs: nowUs - no * 1_000_000 })),
    numbers.map((no) => score(no, value(no))),
  );
  return cache;
};

test('values are counted by agent, name and hundredths; those without one, and of other times and agents, are not', async () => {
  const cache = await filled(6, (no) => (no === 6 ? null : no === 5 ? 0.501 : 0.5 + no / 10));
  expect(readScoreValues(cache, { ...window, fromUs: nowUs - 5_500_000 }, {}, 1000)).toEqual(
    [0.5, 0.6, 0.7, 0.8, 0.9].map((value) => ({ agent: 'support', score: 'quality', value, n: 1 })),
  );
  expect(readScoreValues(cache, { ...window, fromUs: nowUs - 2_500_000 }, { agent: 'support' }, 1000)).toHaveLength(2);
  expect(readScoreValues(cache, window, { agent: 'research' }, 1000)).toEqual([]);
});

test('of very many about as many as are enough are looked at, from all of the time', async () => {
  const cache = await filled(1000, (no) => (no % 2 === 0 ? 1 : 0));
  const values = readScoreValues(cache, window, {}, 250);
  const n = values.reduce((sum, each) => sum + each.n, 0);
  expect(n).toBeGreaterThan(180);
  expect(n).toBeLessThan(320);
  expect(Math.abs((values.find(({ value }) => value === 1)?.n ?? 0) / n - 0.5)).toBeLessThan(0.02);
});
