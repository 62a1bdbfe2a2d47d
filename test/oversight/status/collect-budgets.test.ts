import { expect, test } from 'vitest';
import { subjectsOf } from '../../../src/oversight/alerts/subject.ts';
import { collectBudgets } from '../../../src/oversight/status/collect-budgets.ts';
import { noon } from '../../support/facts.ts';
import { minuteOf, openWatchedFleet } from '../../support/watched-fleet.ts';

const dollar = 1e9;
const dayMs = 86_400_000;

const manifest = `
version: 1
fleet: acme
budget: { per_day: $100, per_month: $1000 }
backends: { prod: { kind: otlp } }
agents:
  support: { traces: { backend: prod, match: { trace_name: support } }, budget: { per_hour: $4, per_day: $10 } }
  research: { traces: { backend: prod, match: { trace_name: research } } }
`;

const stage = async (days: number, each: number) => {
  const watched = await openWatchedFleet(manifest);
  for (let day = days; day >= 1; day -= 1)
    for (const hours of [-6, 6]) watched.take(minuteOf(noon - day * dayMs + hours * 3_600_000, { n: 1, costNanos: each * dollar }));
  watched.take(minuteOf(noon, { n: 3, costNanos: 2 * dollar }));
  watched.take(minuteOf(noon, { n: 1, costNanos: 1 * dollar, name: 'nobody-knows' }));
  return collectBudgets(watched.ctx, watched.fleet, subjectsOf(watched.fleet));
};

test('every budget says what is used and left, the stage that is passed, and the rule that tells of it', async () => {
  const { budgets } = await stage(5, 3);
  const shown = budgets.map(({ of, per, spentNanos, leftNanos, stage: passed, rule }) => [
    ...[of, per, spentNanos / dollar, leftNanos / dollar, passed, rule],
  ]);
  expect(shown).toEqual([
    ['@fleet', 'day', 7, 93, null, 'budget-day'],
    ['@fleet', 'month', 13, 987, null, 'budget-month'],
    ['support', 'hour', 6, 0, 1, 'budget-hour'],
    ['support', 'day', 6, 4, 0.5, 'budget-day'],
  ]);
});

test('a day is carried on by this time of the days before, and an hour that slides has no end', async () => {
  const { budgets } = await stage(5, 6);
  const [ofFleet, , hour, day] = budgets;
  expect(ofFleet?.forecast).toEqual({ expected: 13 * dollar, low: 13 * dollar, high: 13 * dollar });
  expect([hour?.forecast, hour?.unforeseen]).toEqual([null, 'the last hour slides, and has no end']);
  // Six of ten dollars by noon, and six more until midnight: the four that are left last for two thirds of the afternoon.
  expect(day?.forecast?.expected).toBe(12 * dollar);
  expect(day?.spentUpAt).toBe(noon + 8 * 3_600_000);
});

test('what is known of two days only foretells nothing, and says so', async () => {
  const { budgets } = await stage(2, 3);
  for (const { per, forecast, unforeseen, spentUpAt } of budgets.filter((each) => each.per !== 'hour'))
    expect([per, forecast, unforeseen, spentUpAt]).toEqual([per, null, '2 days known, and a forecast needs 3', null]);
});
