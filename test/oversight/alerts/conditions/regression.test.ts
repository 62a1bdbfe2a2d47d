import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CostSample,
  type CostWindow,
  costLiterally,
  costRegression,
} from '../../../../src/oversight/alerts/conditions/cost-regression.ts';
import { depthCreep } from '../../../../src/oversight/alerts/conditions/creep.ts';
import { levelAbove } from '../../../../src/oversight/alerts/conditions/level.ts';

const hourMs = 3_600_000;
const params = { z: 3, ratio: 1.5, recovery: 1.25, wanted: 30, minRequests: 10, minDays: 3, minSpread: 0.08 };
const cent = 10_000_000;

const costs = (values: readonly number[], windowMs = hourMs): CostSample => ({
  windowMs,
  n: values.length,
  nanos: values.reduce((sum, value) => sum + value, 0),
  logSum: values.reduce((sum, value) => sum + Math.log(value), 0),
  logSquares: values.reduce((sum, value) => sum + Math.log(value) ** 2, 0),
});

const same = (n: number, each: number, windowMs?: number): CostSample => costs(new Array<number>(n).fill(each), windowMs);
const week = new Array<CostSample>(7).fill(same(100, cent));
const window = (now: CostSample, days: readonly CostSample[] = week): CostWindow => ({ now, days });
const judge = (...windows: readonly CostWindow[]) => costRegression(params, windows);

describe('a request that costs more than usual', () => {
  it('is one that is far from usual by spread, and much more by multiple', () => {
    // ln 1.6 = 0.4700, and the days do not vary: 0.4700 / 0.08 = 5.875.
    const judged = judge(window(same(30, 1.6 * cent)));
    expect(judged).toMatchObject({ said: 'breach', value: 1.6 * cent, n: 30 });
    expect(judged.baseline).toBeCloseTo(cent, 0);
    expect(judged.numbers['z']).toBeCloseTo(5.875, 3);
    expect(judged.reason).toBe('$0.016 a request over 30 requests in 1 h, 1.60 × the usual $0.010 of this time of day (7 days, z 5.9)');
  });

  it.each([
    ['not enough of a multiple, however sure', window(same(30, 1.4 * cent)), 'between'],
    ['near enough to usual to end', window(same(30, 1.2 * cent)), 'clear'],
    ['too few requests', window(same(9, 9 * cent)), 'unknown'],
    ['too few days', window(same(30, 9 * cent), week.slice(0, 2)), 'unknown'],
    ['days of too few requests', window(same(30, 9 * cent), new Array(7).fill(same(9, cent))), 'unknown'],
    ['requests that cost nothing', window(same(30, 0)), 'unknown'],
  ] as const)('%s', (_, seen, said) => expect(judge(seen).said).toBe(said));

  it('is not usual for having happened on one day', () => {
    const odd = [same(100, 20 * cent), ...week.slice(1)];
    expect(judge(window(same(30, 1.6 * cent), odd)).baseline).toBeCloseTo(cent, 0);
  });

  it('needs more where days differ, or single requests do', () => {
    const restless = [0.5, 0.7, 0.9, 1, 1.1, 1.4, 2].map((times) => same(100, times * cent));
    expect(judge(window(same(30, 1.6 * cent), restless)).said).toBe('between');
    // Half of the requests cost a hundred times the others: thirty of them tell little.
    const wild = costs(Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? cent : cent / 100)));
    expect(
      judge(window(costs(Array.from({ length: 30 }, (_, at) => (at % 2 === 0 ? 1.6 : 0.016) * cent)), new Array(7).fill(wild))).said,
    ).toBe('between');
  });

  it('is never usual again for costing still more', () => {
    const sizes = fc.integer({ min: 10, max: 400 });
    const spread = fc.constantFrom(0, 0.3, 1);
    fc.assert(
      fc.property(
        sizes,
        sizes,
        fc.integer({ min: 3, max: 7 }),
        spread,
        fc.double({ min: 1, max: 20, noNaN: true }),
        fc.double({ min: 1, max: 1000, noNaN: true }),
        (n, perDay, days, sigma, times, more) => {
          const sample = (count: number, factor: number) =>
            costs(Array.from({ length: count }, (_, at) => cent * factor * Math.exp(at % 2 === 0 ? sigma : -sigma)));
          const earlier = new Array<CostSample>(days).fill(sample(perDay, 1));
          if (judge(window(sample(n, times), earlier)).said === 'breach')
            expect(judge(window(sample(n, times * more), earlier)).said).toBe('breach');
        },
      ),
    );
  });

  it('is taken literally where a rule says so', () => {
    const literally = (now: CostSample, before: CostSample) => costLiterally({ ratio: 2, recovery: 2 }, now, before).said;
    expect(literally(same(1, 2.1 * cent), same(9, cent))).toBe('breach');
    expect(literally(same(1, 2 * cent), same(9, cent))).toBe('clear');
    expect(literally(same(0, cent), same(9, cent))).toBe('unknown');
    expect(literally(same(1, cent), same(0, cent))).toBe('unknown');
  });
});

describe('requests that take more and more steps', () => {
  const creep = { z: 3, ratio: 1.4, recovery: 1.2, minRequests: 10, minDays: 3 };
  const day = { windowMs: hourMs, n: 20, sum: 80 };
  // Sixteen requests of six steps on average with a variance of 4: a standard error of 0.5, four of which they are above the usual four.
  const now = { windowMs: hourMs, n: 16, sum: 96, squares: 96 ** 2 / 16 + 15 * 4 };

  it('are told by their mean against that of earlier days', () => {
    const judged = depthCreep(creep, now, [day, day, day]);
    expect(judged).toMatchObject({ said: 'breach', value: 6, baseline: 4, numbers: { ratio: 1.5, scale: 0.5 } });
    expect(judged.numbers['z']).toBeCloseTo(4, 9);
  });

  it.each([
    ['not sure enough', { ...now, squares: 96 ** 2 / 16 + 15 * 9 }, [day, day, day], 'between'],
    ['as ever', { windowMs: hourMs, n: 16, sum: 64, squares: 256 }, [day, day, day], 'clear'],
    ['too few requests', { ...now, n: 9 }, [day, day, day], 'unknown'],
    ['too few days', now, [day, day], 'unknown'],
  ] as const)('%s', (_, seen, days, said) => expect(depthCreep(creep, seen, days).said).toBe(said));
});

describe('a cap', () => {
  it.each([
    [101, 'breach'],
    [100, 'between'],
    [81, 'between'],
    [80, 'clear'],
    [null, 'unknown'],
  ] as const)('of 100 that may end at 80, at %s: %s', (value, said) =>
    expect(levelAbove({ limit: 100, recovery: 80 }, { value, n: 1, unit: 'steps', of: 'it took' }).said).toBe(said),
  );

  it('says both figures as people write them', () =>
    expect(levelAbove({ limit: 5e9, recovery: 5e9 }, { value: 7.25e9, n: 1, unit: 'nanos', of: 'spent today' }).reason).toBe(
      'spent today $7.25, limit $5.00',
    ));
});
