import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverOf, grains, widthUs } from '../../../src/ground/units/window.ts';

const instant = fc.integer({ min: 0, max: 90 * widthUs.day });

describe('the cover of a window', () => {
  test('is the window: nothing twice, nothing missing, and never finer than it must be', () => {
    fc.assert(
      fc.property(instant, instant, fc.subarray([...grains]), (a, b, of) => {
        const range = { fromUs: Math.min(a, b), toUs: Math.max(a, b) };
        const { buckets, rest } = coverOf(range, of);
        const pieces = [
          ...buckets.map(({ grain, from, to }) => ({ fromUs: from * widthUs[grain], toUs: to * widthUs[grain] })),
          ...rest,
        ].sort((one, other) => one.fromUs - other.fromUs);
        let at = range.fromUs;
        for (const { fromUs, toUs } of pieces) {
          expect(fromUs).toBe(at);
          expect(toUs).toBeGreaterThan(fromUs);
          at = toUs;
        }
        expect(at).toBe(pieces.length === 0 ? range.fromUs : range.toUs);
        expect(pieces.length === 0).toBe(range.fromUs === range.toUs);
        const finest = of[0];
        const length = rest.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);
        if (finest !== undefined) expect(length).toBeLessThan(2 * widthUs[finest]);
      }),
      { numRuns: 500 },
    );
  });

  test('of a month takes days inside, hours and quarters at the ends', () => {
    const { buckets, rest } = coverOf({ fromUs: widthUs.hour * 5 + 1, toUs: widthUs.day * 30 + widthUs.quarter * 6 }, grains);
    expect(buckets.map(({ grain, from, to }) => [grain, to - from])).toEqual([
      ['quarter', 3],
      ['hour', 18],
      ['day', 29],
      ['hour', 1],
      ['quarter', 2],
    ]);
    expect(rest).toEqual([{ fromUs: widthUs.hour * 5 + 1, toUs: widthUs.hour * 5 + widthUs.quarter }]);
  });
});
