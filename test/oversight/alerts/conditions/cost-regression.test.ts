import { describe, expect, it } from 'vitest';
import { type CostSample, costRegression } from '../../../../src/oversight/alerts/conditions/cost-regression.ts';

const hourMs = 3_600_000;
const params = { z: 3.6, ratio: 1.5, recovery: 1.25, wanted: 30, minRequests: 10, minDays: 3, minSpread: 0.08 };

/** So many requests of the same cost, but for a little spread. */
const sample = (hours: number, ...groups: readonly (readonly [n: number, nanos: number])[]): CostSample =>
  groups.reduce(
    (sum, [n, nanos]) => ({
      ...{ windowMs: hours * hourMs, n: sum.n + n, nanos: sum.nanos + n * nanos },
      ...{ logSum: sum.logSum + n * Math.log(nanos), logSquares: sum.logSquares + n * Math.log(nanos) ** 2 },
    }),
    { windowMs: hours * hourMs, n: 0, nanos: 0, logSum: 0, logSquares: 0 },
  );

const week = (hours: number, n: number) => Array.from({ length: 7 }, () => sample(hours, [n, 1e7]));

describe('cost regression', () => {
  it('is decided by the narrowest window that shows it: a wide one hides what has just begun', () => {
    const windows = [
      { now: sample(1, [12, 2.5e7]), days: week(1, 12) },
      { now: sample(4, [36, 1e7], [12, 2.5e7]), days: week(4, 48) },
    ];
    expect(costRegression(params, windows)).toMatchObject({ said: 'breach', n: 12, baseline: expect.closeTo(1e7, 0) });
    expect(costRegression(params, windows.slice(1))).toMatchObject({ said: 'between', n: 48 });
  });

  it('looks at no window behind the first that holds enough', () => {
    const windows = [
      { now: sample(1, [30, 1e7]), days: week(1, 30) },
      { now: sample(4, [90, 3e7]), days: week(4, 90) },
    ];
    expect(costRegression(params, windows)).toMatchObject({ said: 'clear', n: 30 });
  });

  it('is unknown with too few requests, or too few days', () => {
    expect(costRegression(params, [{ now: sample(6, [9, 5e7]), days: week(6, 20) }])).toMatchObject({ said: 'unknown', n: 9 });
    expect(costRegression(params, [{ now: sample(6, [20, 5e7]), days: week(6, 20).slice(5) }])).toMatchObject({ said: 'unknown' });
    expect(costRegression(params, [])).toMatchObject({ said: 'unknown', n: 0 });
  });
});
