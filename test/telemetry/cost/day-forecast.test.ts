import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forecastDay, restsOfDays } from '../../../src/telemetry/cost/day-forecast.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const today = Date.UTC(2026, 10, 23);

test('two whole days are too few to tell the rest of a third', () => {
  expect(forecastDay({ spentNanos: 5, rests: [10, 10] })).toBeNull();
  expect(forecastDay({ spentNanos: 5, rests: [10, 10, 10] })).toEqual({ expected: 15, low: 15, high: 15 });
});

test('a forecast lies within its interval, and never below what is spent', () => {
  const amounts = fc.integer({ min: 0, max: 1e12 });
  fc.assert(
    fc.property(amounts, fc.array(amounts, { minLength: 3, maxLength: 14 }), (spentNanos, rests) => {
      const forecast = forecastDay({ spentNanos, rests });
      if (forecast === null) throw new Error('three days are enough');
      expect(forecast.low).toBeGreaterThanOrEqual(spentNanos);
      expect(forecast.expected).toBeGreaterThanOrEqual(forecast.low);
      expect(forecast.high).toBeGreaterThanOrEqual(forecast.expected);
    }),
  );
});

test('the rest of a day is its later hours, and of the hour under way what is left of it', () => {
  const hourly = new Map([9, 10, 11, 23].map((hour) => [today - dayMs + hour * hourMs, 100]));
  expect(restsOfDays(hourly, today + 10.25 * hourMs, 14)).toEqual([75 + 100 + 100]);
});

test('a day on which nothing was known by this time does not count, and an idle day in between cost nothing', () => {
  const seen = (day: number, hour: number) => [today - day * dayMs + hour * hourMs, 100] as const;
  const now = today + 12 * hourMs;
  expect(restsOfDays(new Map([seen(3, 15), seen(1, 15)]), now, 14)).toEqual([0, 100]);
  expect(restsOfDays(new Map([seen(3, 0), seen(3, 15), seen(1, 15)]), now, 14)).toEqual([100, 0, 100]);
  expect(restsOfDays(new Map(), now, 14)).toEqual([]);
});

test('what is left of a day and what was before it make the whole of it, at any time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: dayMs - 1 }),
      fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 24, maxLength: 24 }),
      (at, costs) => {
        const hourly = new Map(costs.map((cost, hour) => [today - dayMs + hour * hourMs, cost]));
        const [rest = Number.NaN] = restsOfDays(hourly, today + at, 1);
        const before = costs.reduce((sum, cost, hour) => sum + cost * Math.min(1, Math.max(0, at / hourMs - hour)), 0);
        expect(rest + before).toBeCloseTo(
          costs.reduce((sum, cost) => sum + cost, 0),
          0,
        );
      },
    ),
  );
});
