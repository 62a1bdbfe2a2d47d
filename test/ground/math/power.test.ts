import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fisherGreater } from '../../../src/ground/math/exact-tests.ts';
import { detectableRise } from '../../../src/ground/math/power.ts';
import { seededRandom } from '../../../src/ground/math/seeded.ts';

const suite = (cases: number, otherHits: number, otherOf = 30) => Array.from({ length: cases }, () => ({ trials: 3, otherHits, otherOf }));
const one = { first: 0.025, suspicious: 0.2, second: 0, extra: 0, minEffect: 0 };
const two = { first: 0.0125, suspicious: 0.2, second: 0.0125, extra: 6, minEffect: 0 };

describe('the smallest rise that is found', () => {
  test.each([
    [40, 1, one],
    [40, 6, one],
    [10, 1, one],
    [40, 1, two],
    [40, 6, two],
  ])('is found as often as it says: %i cases, %i hits of 30 before', (cases, otherHits, looks) => {
    const rise = detectableRise(suite(cases, otherHits), looks, 0.8) ?? Number.NaN;
    const random = seededRandom(cases + otherHits);
    const hitsOf = (trials: number): number =>
      Array.from({ length: trials }, random).filter((value) => value < otherHits / 30 + rise).length;
    const pOf = (hits: number, of: number): number => fisherGreater({ hits, of, otherHits: otherHits * cases, otherOf: 30 * cases });
    let found = 0;
    for (let round = 0; round < 2000; round++) {
      const hits = hitsOf(3 * cases);
      const p = pOf(hits, 3 * cases);
      const isAskedAgain = looks.extra > 0 && p > looks.first && p <= looks.suspicious;
      const added = isAskedAgain ? hitsOf(looks.extra * cases) : 0;
      if (p <= looks.first || (isAskedAgain && pOf(hits + added, (3 + looks.extra) * cases) <= looks.second)) found += 1;
    }
    expect(found / 2000).toBeGreaterThan(0.77);
    expect(found / 2000).toBeLessThan(0.83);
  });
  test('is no larger of more cases, a longer baseline, or with repeats to add', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 60 }), fc.nat(10), (cases, otherHits) => {
        const rise = detectableRise(suite(cases, otherHits), one, 0.8) ?? 1;
        expect(detectableRise(suite(2 * cases, otherHits), one, 0.8) ?? 1).toBeLessThanOrEqual(rise);
        expect(detectableRise(suite(cases, otherHits), { ...two, first: 0.025 }, 0.8) ?? 1).toBeLessThanOrEqual(rise);
      }),
      { numRuns: 30 },
    );
  });
  test('is at least the effect that matters', () =>
    expect(detectableRise(suite(4000, 1), { ...one, minEffect: 0.05 }, 0.8)).toBeGreaterThan(0.05));
  test('there is none where all fails would prove nothing, or nothing was asked', () => {
    expect(detectableRise(suite(1, 0, 3), one, 0.8)).toBeNull();
    expect(detectableRise([], one, 0.8)).toBeNull();
  });
  test('of 100,000 cases is told in no time', () => {
    const started = process.cpuUsage();
    expect(detectableRise(suite(100_000, 1), { ...two, minEffect: 0.02 }, 0.8)).toBeLessThan(0.03);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1500);
  });
});
