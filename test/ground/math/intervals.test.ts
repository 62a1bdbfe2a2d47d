import { describe, expect, test } from 'vitest';
import { meanRatio, quantileRanks, shareDifference, wilsonInterval } from '../../../src/ground/math/intervals.ts';
import { fakeRandom } from '../../support/fake-context.ts';

const rounded = (interval: { low: number; high: number } | null) => interval && [interval.low.toFixed(4), interval.high.toFixed(4)];

describe('intervals of shares', () => {
  // Newcombe (1998), Statistics in Medicine 17, tables I and II: published values.
  test.each([
    [81, 263, '0.2553', '0.3662'],
    [15, 148, '0.0624', '0.1605'],
    [0, 20, '0.0000', '0.1611'],
    [1, 29, '0.0061', '0.1718'],
  ])('Wilson, %i of %i', (hits, n, low, high) => expect(rounded(wilsonInterval(hits, n))).toEqual([low, high]));

  test.each([
    [48, 80, 56, 70, '-0.3339', '-0.0524'],
    [3, 10, 9, 10, '-0.8090', '-0.1705'],
  ])('difference of %i of %i from %i of %i', (hits, n, hitsOther, other, low, high) =>
    expect(rounded(shareDifference(hitsOther, other, hits, n))).toEqual([low, high]),
  );

  test('all of it reaches to the end, and none of it to the other, whatever rounding does', () => {
    for (let n = 1; n <= 500; n++) expect([wilsonInterval(n, n)?.high, wilsonInterval(0, n)?.low], String(n)).toEqual([1, 0]);
  });

  test('of nothing there is none', () => {
    expect(wilsonInterval(0, 0)).toBeNull();
    expect(shareDifference(0, 0, 1, 2)).toBeNull();
    expect(quantileRanks(0.95, 0)).toBeNull();
  });
});

describe('the ratio of two means', () => {
  /** Log-normal values, as costs are. */
  const sample = (n: number, scale: number, random: () => number) =>
    Array.from({ length: n }, () => scale * Math.exp(Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()) * 0.5));

  test.each([40, 400, 5000])('holds the true ratio about as often as it says, of %i values', (n) => {
    const random = fakeRandom(n);
    let held = 0;
    for (let round = 0; round < 100; round++) {
      const interval = meanRatio(sample(n, 1, random), sample(n, 1.5, random), random);
      if (interval !== null && interval.low <= 1.5 && interval.high >= 1.5) held += 1;
    }
    expect(held).toBeGreaterThanOrEqual(88);
    expect(held).toBeLessThan(100.5);
  });
  test('needs two values of each, and something to divide by', () => {
    expect(meanRatio([1], [1, 2], fakeRandom())).toBeNull();
    expect(meanRatio([0, 0], [1, 2], fakeRandom())).toBeNull();
  });
});
