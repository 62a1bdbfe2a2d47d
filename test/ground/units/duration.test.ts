import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, humanDuration, parseDuration } from '../../../src/ground/units/duration.ts';

test.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['1.5h', 5_400_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['250ms', 250],
  ['0.1s', 100],
  [' 5m ', 300_000],
  ['0s', 0],
])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each(['', '5', '5 m', '-5m', '1h30m', '1.5ms', '0.0001s', '5M', 'm', '1e3s', '.5s', '99999999999999w'])(
  '%j is not a duration',
  (text) => expect(parseDuration(text)).toBeNull(),
);

test('what is formatted is read back', () =>
  fc.assert(fc.property(fc.nat({ max: 10 ** 12 }), (ms) => parseDuration(formatDuration(ms)) === ms)));

describe('for people', () => {
  test.each([
    [0, '<1 ms'],
    [0.4, '<1 ms'],
    [850, '850 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [1240, '1.24 s'],
    [9_994, '9.99 s'],
    [9_996, '10 s'],
    [12_300, '12 s'],
    [59_499, '59 s'],
    [59_600, '1 m'],
    [250_000, '4 m 10 s'],
    [3_599_600, '1 h'],
    [5_400_000, '1 h 30 m'],
    [86_399_000, '1 d'],
    [273_600_000, '3 d 4 h'],
  ])('%d ms is %s', (ms, text) => expect(humanDuration(ms)).toBe(text));

  const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const most: Readonly<Record<string, number>> = { ms: 999, s: 59, m: 59, h: 23, d: Number.POSITIVE_INFINITY };

  test('it is right within half of its smallest unit, and no part overflows into the next', () =>
    fc.assert(
      fc.property(fc.oneof(fc.double({ min: 1, max: 10 ** 6, noNaN: true }), fc.double({ min: 1, max: 10 ** 11, noNaN: true })), (ms) => {
        const parts = [...humanDuration(ms).matchAll(/([\d.]+) (ms|s|m|h|d)/g)].map(([, value, unit]) => ({
          value: Number(value),
          unit: unit ?? '',
        }));
        const told = parts.reduce((sum, { value, unit }) => sum + value * (unitMs[unit] ?? 0), 0);
        const smallest = unitMs[parts.at(-1)?.unit ?? ''] ?? 0;
        expect(Math.abs(told - ms)).toBeLessThanOrEqual(smallest / 2 + 1e-6);
        for (const { value, unit } of parts) expect(value).toBeLessThanOrEqual(most[unit] ?? 0);
      }),
    ));
});
