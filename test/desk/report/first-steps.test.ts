import { expect, test } from 'vitest';
import { firstSteps, type StepFacts } from '../../../src/desk/report/first-steps.ts';
import type { ReportedAgent } from '../../../src/desk/report/report.ts';
import type { StandingState } from '../../../src/oversight/status/fleet-status.ts';
import { figuresOf } from '../../../src/telemetry/stats/figures.ts';

const standing = (parts: Partial<StandingState>): StandingState => ({
  ...{ state: 'green', reasons: [], since: null, tier: 2, suppressedBy: null, inMaintenance: false },
  ...parts,
});
const agent = (name: string, parts: Partial<StandingState> = {}, failed = 0): ReportedAgent => ({
  ...{ name, standing: standing(parts), owner: null, costBeforeNanos: null, trendNanos: [] },
  figures: figuresOf({ n: 100, errors: failed }, null),
  promised: { latencyP95Us: null, errorRate: 0.05, quality: null },
});
const facts = (parts: Partial<StepFacts>): StepFacts => ({
  ...{ agents: [], incidents: [], firing: [], journalTrouble: null, budgets: [], findings: [], unpriced: 0, window: '30d' },
  month: { fromMs: 0, toMs: 1, spentNanos: 0, forecast: null, dailyNanos: [], limitNanos: null },
  ...parts,
});
const said = (parts: Partial<StepFacts>) => firstSteps(facts(parts)).map(({ what }) => what);

test('nothing is to be done where nothing is wrong', () => expect(said({ agents: [agent('a')] })).toEqual([]));

test('what is down comes before what is spent, and that before what is promised; who is excused is not named', () => {
  const month = { ...facts({}).month, limitNanos: 100e9, spentNanos: 50e9, forecast: { expected: 120e9, low: 110e9, high: 130e9 } };
  const agents = [
    agent('late', {}, 9),
    agent('second', { state: 'red', reasons: ['down'] }),
    agent('first', { state: 'red', tier: 1, reasons: ['down'] }),
    agent('below', { state: 'red', suppressedBy: 'first' }),
    agent('resting', { state: 'red', inMaintenance: true }),
  ];
  expect(said({ agents, month, unpriced: 3 })).toEqual([
    'Get first well again',
    'Get second well again',
    'Spend less, or raise the budget of the month',
    'See why late does not keep its promise',
    'Tell what some models cost',
  ]);
});

test('an agent is named once, and many that break a promise are one step with the worst', () => {
  expect(said({ agents: [agent('a', { state: 'red' }, 50)] })).toEqual(['Get a well again']);
  const many = [6, 7, 30, 8].map((failed, at) => agent(`agent-${at}`, {}, failed));
  const [step] = firstSteps(facts({ agents: many }));
  expect(step).toMatchObject({
    what: 'See why 4 agents do not keep what they promise',
    command: 'agentops trend error-rate --agent agent-2 --window 30d',
  });
  // A tenth of a percent beyond is no step.
  expect(said({ agents: [{ ...agent('a'), figures: figuresOf({ n: 1000, errors: 51 }, null) }] })).toEqual([]);
});

test('a saving is worth a step where it surely saves something', () => {
  const finding = {
    ...{
      strategy: 'routing' as const,
      agent: 'a',
      task: null,
      grade: 'measured' as const,
      coverage: 1,
      assumptions: [],
      harm: [],
      exemplars: [],
    },
    ...{ saving: { low: 10, mid: 20, high: 30 }, next: { manifest: null, commands: ['agentops eval run'] } },
  };
  expect(said({ findings: [finding] })).toEqual(['Save $10.00 to $30.00 a month on a']);
  expect(said({ findings: [{ ...finding, saving: { low: -1, mid: 20, high: 30 } }] })).toEqual([]);
  expect(said({ findings: [{ ...finding, grade: 'speculative' }] })).toEqual([]);
});
