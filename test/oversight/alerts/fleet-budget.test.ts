import { expect, test } from 'vitest';
import { collectJudgements } from '../../../src/oversight/alerts/collect-judgements.ts';
import { lookBackMs } from '../../../src/oversight/alerts/past.ts';
import { readPast } from '../../../src/oversight/alerts/read-past.ts';
import { replayAlerts } from '../../../src/oversight/alerts/replay-alerts.ts';
import { rulesOf } from '../../../src/oversight/alerts/rules.ts';
import { subjectsOf } from '../../../src/oversight/alerts/subject.ts';
import { duePosts } from '../../../src/oversight/notify/outbox.journal.ts';
import { doubtOf } from '../../../src/response/tick/vouching.ts';
import { noon } from '../../support/facts.ts';
import { minuteOf, openWatchedFleet } from '../../support/watched-fleet.ts';

const minuteMs = 60_000;
const dollar = 1e9;

/** A fleet of which no agent has a budget, and which has one itself. */
const manifest = (budget: string, backends = '{ prod: { kind: otlp } }') => `
version: 1
fleet: acme
budget: { ${budget} }
backends: ${backends}
notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }
agents:
  support: { traces: { backend: prod, match: { trace_name: support } } }
  research: { traces: { backend: prod, match: { trace_name: research } } }
`;

test('the fleet is held to its budget by what all agents spend together, and what none of them claims', async () => {
  const fleet = await openWatchedFleet(manifest('per_day: $10'));
  const stages = async () => (await fleet.evaluate()).firing.map(({ rule, agent, label, severity }) => [rule, agent, label, severity]);
  fleet.take(minuteOf(noon, { n: 2, costNanos: 2 * dollar }));
  expect(await stages()).toEqual([]);
  fleet.clock.advance(minuteMs);
  fleet.take(minuteOf(fleet.clock.now(), { n: 1, costNanos: 2 * dollar, name: 'research' }));
  expect(await stages()).toEqual([['budget-day', '@fleet', '50%', 'notify']]);
  fleet.clock.advance(minuteMs);
  fleet.take(minuteOf(fleet.clock.now(), { n: 1, costNanos: 5 * dollar, name: 'nobody-knows' }));
  expect(await stages()).toEqual([
    ['budget-day', '@fleet', '50%', 'notify'],
    ['budget-day', '@fleet', '80%', 'notify'],
    ['budget-day', '@fleet', '100%', 'page'],
  ]);
  const letters = await duePosts(fleet.journal, { now: fleet.clock.now() + minuteMs, limit: 9 });
  expect(letters.map(({ message: { title, agent } }) => [title, agent])).toContainEqual([
    'acme: budget-day (100%): spent today $11.00, limit $10.00',
    null,
  ]);
});

test('the next day begins anew, and a month does not', async () => {
  const fleet = await openWatchedFleet(manifest('per_day: $10, per_month: $15'));
  const firing = async () => (await fleet.evaluate()).firing.map(({ rule, label }) => `${rule} ${label}`).sort();
  fleet.take(minuteOf(noon, { n: 1, costNanos: 11 * dollar }));
  expect(await firing()).toEqual(['budget-day 100%', 'budget-day 50%', 'budget-day 80%', 'budget-month 50%']);
  fleet.clock.advance(13 * 60 * minuteMs);
  fleet.take(minuteOf(fleet.clock.now(), { n: 1, costNanos: 2 * dollar }));
  expect(await firing()).toEqual(['budget-month 50%', 'budget-month 80%']);
});

test('a budget that is taken out of the manifest ends its alerts, and says so', async () => {
  const fleet = await openWatchedFleet(manifest('per_day: $10'));
  fleet.take(minuteOf(noon, { n: 1, costNanos: 6 * dollar }));
  await fleet.evaluate();
  fleet.clock.advance(minuteMs);
  const without = { ...fleet.fleet, budget: { perDayNanos: null, perMonthNanos: null } };
  const { evaluateAlerts } = await import('../../../src/oversight/alerts/evaluate-alerts.ts');
  const { firing, transitions } = await evaluateAlerts(fleet.ctx, without, { suggest: () => null }, () => undefined);
  expect(firing).toEqual([]);
  expect(transitions).toMatchObject([
    { agent: '@fleet', to: 'resolved', reason: expect.stringContaining('a budget of the fleet is no longer') },
  ]);
});

test('a check of now and a replay of then say of the fleet what an evaluation said', async () => {
  const watched = await openWatchedFleet(manifest('per_day: $10'));
  const live: string[] = [];
  for (let minute = 0; minute < 12; minute++) {
    watched.take(minuteOf(watched.clock.now(), { n: 1, costNanos: dollar, name: minute % 2 === 0 ? 'support' : 'nobody-knows' }));
    for (const { agent, label, to, at } of (await watched.evaluate()).transitions)
      live.push(`${agent} ${label} ${to} ${(at - noon) / minuteMs}`);
    watched.clock.advance(minuteMs);
  }
  const rules = rulesOf(watched.fleet);
  const agents = subjectsOf(watched.fleet);
  const range = { rules, from: noon - lookBackMs(rules, agents), to: watched.clock.now() };
  const { pasts } = await readPast(watched.ctx, watched.fleet, range, () => undefined);
  const replayed: string[] = [];
  const request = { rules, agents, pasts, from: noon, until: noon + 11 * minuteMs, stepMs: minuteMs, lagMs: 0 };
  await replayAlerts(watched.ctx, watched.fleet, request, (event) => {
    if ('event' in event) return;
    for (const { agent, label, to, at } of event.outcome.transitions) replayed.push(`${agent} ${label} ${to} ${(at - noon) / minuteMs}`);
  });
  expect(live).toEqual(['@fleet 50% firing 5', '@fleet 80% firing 8', '@fleet 100% firing 10']);
  expect(replayed).toEqual(live);
  const { judged } = await collectJudgements(watched.ctx, watched.fleet, { rules, agents, goesOn: false, queues: new Map() });
  expect(judged.filter(({ agent }) => agent === '@fleet').map(({ label, judgement: { said, value } }) => [label, said, value])).toEqual([
    ['50%', 'breach', 12 * dollar],
    ['80%', 'breach', 12 * dollar],
    ['100%', 'breach', 12 * dollar],
  ]);
});

test('what the fleet spent starts nothing by itself where one of its agents could be anybody', async () => {
  const { fleet } = await openWatchedFleet(manifest('per_day: $10'));
  const rule = { name: 'budget-day', test: { type: 'spend', per: 'day', limit: 'own', stages: [1], forecast: false } } as const;
  expect(doubtOf(fleet, rule, '@fleet')).toContain('anybody could have sent');
  const { fleet: vouched } = await openWatchedFleet(
    manifest('per_day: $10', '{ prod: { kind: otlp, tokens: { "${A_TOKEN}": support, "${B_TOKEN}": research } } }'),
  );
  expect(doubtOf(vouched, rule, '@fleet')).toBeNull();
});
