import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { burnRate, impossibleBurn } from '../../../../src/oversight/alerts/conditions/burn-rate.ts';
import { meanBelow } from '../../../../src/oversight/alerts/conditions/mean-below.ts';
import { shareAbove, shareLiterally } from '../../../../src/oversight/alerts/conditions/share.ts';

const quarterMs = 900_000;
const share = { threshold: 0.05, recovery: 0.05, z: 2.326, minBad: 2, minRequests: 10 };
const of = (bad: number, n: number, windowMs = quarterMs) => ({ windowMs, n, bad });
const said = (bad: number, n: number) => shareAbove(share, [of(bad, n)], 'failed').said;

/** By how many standard errors a share is above what is promised, if that is the truth: Wilson's interval turned round (Wilson 1927). */
const score = (hits: number, n: number, promised: number): number => (hits / n - promised) / Math.sqrt((promised * (1 - promised)) / n);

describe('a share of bad requests', () => {
  it('is held against the promise by what it is at least', () => {
    // z² = 5.410, so that for 3 of 10: (0.3 + 5.410/20 − 2.326 √(0.021 + 5.410/400)) / 1.541 = 0.0898; for 2 of 10 it is 0.0460.
    const breach = shareAbove(share, [of(3, 10)], 'failed');
    expect(breach).toMatchObject({ said: 'breach', value: 0.3, n: 10 });
    expect(breach.numbers['lower_bound']).toBeCloseTo(0.0898, 4);
    const between = shareAbove(share, [of(2, 10)], 'failed');
    expect(between.said).toBe('between');
    expect(between.numbers['lower_bound']).toBeCloseTo(0.046, 4);
    expect(breach.reason).toBe('3 of 10 requests failed in 15 m (30%, at least 9.0%), promised 5.0%');
  });

  it.each([
    ['two of three are no outage', 2, 3, 'unknown'],
    ['nobody asked anything', 0, 0, 'unknown'],
    ['as many as promised', 1, 20, 'clear'],
    ['a little more than promised', 2, 30, 'between'],
    ['one alone, of however few', 1, 10, 'between'],
    ['every second one', 5, 10, 'breach'],
  ] as const)('%s', (_, bad, n, expected) => expect(said(bad, n)).toBe(expected));

  it('is looked for in wider windows until one holds enough requests', () => {
    const judged = shareAbove(share, [of(2, 3), of(3, 9, 2 * quarterMs), of(4, 12, 4 * quarterMs), of(0, 400, 8 * quarterMs)], 'failed');
    expect(judged).toMatchObject({ said: 'breach', n: 12, numbers: { window_ms: 4 * quarterMs } });
  });

  it('is a breach where the promise itself is too unlikely, and never less of one for more failures', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(0.01, 0.05, 0.2),
        (n, part, threshold) => {
          const bad = Math.floor(part * n);
          const judge = (count: number) => shareAbove({ ...share, threshold, recovery: threshold }, [of(count, n)], 'failed').said;
          if (n >= share.minRequests) expect(judge(bad) === 'breach').toBe(bad >= 2 && score(bad, n, threshold) > share.z);
          if (judge(bad) === 'breach' && bad < n) expect(judge(bad + 1)).toBe('breach');
          if (judge(bad) === 'clear') expect(bad / n).toBeLessThanOrEqual(threshold);
        },
      ),
    );
  });

  it('is taken literally where a rule says so', () => {
    expect(shareLiterally(share, of(2, 3), 'failed')).toMatchObject({
      said: 'breach',
      reason: '2 of 3 requests failed in 15 m, limit 5.0%',
    });
    expect(shareLiterally(share, of(1, 20), 'failed').said).toBe('clear');
    expect(shareLiterally(share, of(0, 0), 'failed').said).toBe('unknown');
  });
});

describe('scores', () => {
  const params = { threshold: 0.8, recovery: 0.8, z: 1.645, minScores: 10 };
  const scores = (n: number, mean: number) => ({ windowMs: quarterMs, n, sum: n * mean });

  it('are worse than promised where they are at most less than that', () => {
    // z² = 2.706: for ten scores of 0.5 on average at most (0.5 + 0.1353 + 1.645 √(0.025 + 0.006765)) / 1.2706 = 0.7307.
    const judged = meanBelow(params, [scores(10, 0.5)]);
    expect(judged.said).toBe('breach');
    expect(judged.numbers['upper_bound']).toBeCloseTo(0.7307, 4);
    expect(meanBelow(params, [scores(10, 0.6)]).said).toBe('between');
    expect(meanBelow(params, [scores(10, 0.8)]).said).toBe('clear');
    expect(meanBelow(params, [scores(9, 0)]).said).toBe('unknown');
    expect(meanBelow(params, []).said).toBe('unknown');
  });

  it('are never better for being lower, nor a breach where the promise is likely', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 400 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (n, mean) => {
        const judge = (value: number) => meanBelow(params, [scores(n, value)]).said;
        expect(judge(mean) === 'breach').toBe(-score(n * mean, n, params.threshold) > params.z);
        if (judge(mean) === 'breach') expect(judge(mean / 2)).toBe('breach');
      }),
    );
  });
});

describe('a burning error budget', () => {
  const params = { budget: 0.005, factor: 14.4, longMs: 4 * quarterMs, shortMs: 300_000, minEvents: 10 };

  it.each([
    ['too fast over an hour and now', of(80, 1000), of(8, 100), 'breach'],
    ['too fast over an hour, and over by now', of(80, 1000), of(0, 100), 'clear'],
    ['too fast for five minutes alone', of(70, 1000), of(50, 100), 'clear'],
    ['too fast by too few failures', of(9, 100), of(5, 10), 'clear'],
    ['of nothing', of(0, 0), of(0, 0), 'unknown'],
  ] as const)('%s', (_, long, short, expected) => expect(burnRate(params, long, short).said).toBe(expected));

  it('says how fast: 8 % of failures where 0.5 % are allowed', () => {
    expect(burnRate(params, of(80, 1000, 4 * quarterMs), of(8, 100, 300_000))).toMatchObject({
      value: 16,
      numbers: { long_rate: 16, short_rate: 16 },
    });
  });

  it('is refused where it asks for more than all requests, or looks longer now than before', () => {
    expect(impossibleBurn({ ...params, budget: 0.1 })).toContain('144%');
    expect(impossibleBurn({ ...params, shortMs: params.longMs })).toContain('must be shorter');
    expect(impossibleBurn(params)).toBeNull();
  });
});
