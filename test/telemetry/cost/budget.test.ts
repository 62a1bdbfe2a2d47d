import { describe, expect, test } from 'vitest';
import { budgetUses, forecastMonth, monthOf } from '../../../src/telemetry/cost/budget.ts';
import { fakeRandom } from '../../support/fake-context.ts';

const noonOf = (day: number) => Date.UTC(2026, 2, day, 12);

describe('the forecast of a month', () => {
  test('days that all cost the same leave no doubt', () => {
    const forecast = forecastMonth({ now: noonOf(11), spentNanos: 105, daily: new Array(10).fill(10) });
    expect(forecast).toEqual({ expected: 310, low: 310, high: 310 });
  });

  test('a weekend is expected to cost what weekends cost', () => {
    // 2026-03-14 is a Saturday; four weeks of days that began on a Saturday.
    const daily = Array.from({ length: 28 }, (_, at) => (at % 7 < 2 ? 0 : 10));
    const forecast = forecastMonth({ now: Date.UTC(2026, 2, 14), spentNanos: 0, daily });
    // 14 to 31 March: 12 working days.
    expect(forecast).toEqual({ expected: 120, low: 120, high: 120 });
  });

  test('holds what the month came to about 95 times in 100', () => {
    const random = fakeRandom(3);
    const costOfDay = () => 100 + 40 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    let held = 0;
    for (let round = 0; round < 300; round++) {
      const days = Array.from({ length: 31 }, costOfDay);
      const sum = (from: number, to: number) => days.slice(from, to).reduce((total, cost) => total + cost, 0);
      const forecast = forecastMonth({ now: Date.UTC(2026, 2, 11), spentNanos: sum(0, 10), daily: days.slice(0, 10) });
      if (forecast !== null && forecast.low <= sum(0, 31) && sum(0, 31) <= forecast.high) held += 1;
    }
    expect(held / 300).toBeGreaterThan(0.88);
    expect(held / 300).toBeLessThan(0.99);
  });

  test('never below what is spent, and none of fewer than three days', () => {
    expect(forecastMonth({ now: noonOf(31), spentNanos: 500, daily: [1, 90, 2, 80] })?.low).toBeGreaterThanOrEqual(500);
    expect(forecastMonth({ now: noonOf(3), spentNanos: 500, daily: [250, 250] })).toBeNull();
  });
});

test('a month ends where the next begins, also in December', () => {
  expect(monthOf(Date.UTC(2026, 11, 31, 23, 59))).toEqual({ fromMs: Date.UTC(2026, 11, 1), toMs: Date.UTC(2027, 0, 1) });
});

test('only limits that are set are used up', () => {
  expect(budgetUses('support', { hour: null, day: 200, month: null }, { hour: 9, day: 250, month: 900 })).toEqual([
    { of: 'support', per: 'day', limitNanos: 200, spentNanos: 250, used: 1.25 },
  ]);
});
