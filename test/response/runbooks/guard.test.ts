import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Freeze } from '../../../src/controls/actions/freezes.journal.ts';
import { type GuardFacts, refusals } from '../../../src/response/runbooks/guard.ts';
import type { Plan } from '../../../src/response/runbooks/plan.ts';
import type { Guardrails, RunbookClass } from '../../../src/response/runbooks/runbook.ts';
import { hour, minute, noon } from '../../support/facts.ts';
import { plainTraits } from '../../support/plain-control.ts';
import { actingStep, aPlan } from '../../support/run-order.ts';

const noBounds: Guardrails = {
  runsPerHour: null,
  maxTargets: null,
  mitigationsPerAgent: null,
  environments: null,
  cooldownMs: 0,
  reversibleOnly: false,
};

const book = (bounds: Partial<Guardrails> = {}, ofClass: RunbookClass = 'loop') => ({
  name: 'loop',
  class: ofClass,
  guardrails: { ...noBounds, ...bounds },
});

const acting = (step: Parameters<typeof actingStep>[0] = {}, change = {}, traits = plainTraits) =>
  aPlan([actingStep(step, { change, traits })]);

const facts = (parts: Partial<GuardFacts> = {}): GuardFacts => ({
  now: noon,
  isAutomatic: true,
  agents: [
    { name: 'support', env: 'prod' },
    { name: 'sales', env: 'dev' },
  ],
  runs: [],
  mitigated: [],
  freezes: [],
  lastTickAt: noon - minute,
  ignoresTick: false,
  ...parts,
});

const aFreeze = (parts: Partial<Freeze> = {}): Freeze => ({
  id: 'f',
  agent: null,
  stopsSafety: false,
  reason: 'a move',
  actor: 'maria',
  at: noon - hour,
  until: noon + hour,
  ...parts,
});

const rulesOf = (runbook: ReturnType<typeof book>, plan: Plan, known: GuardFacts) => refusals(runbook, plan, known).map(({ rule }) => rule);

describe('a freeze', () => {
  test.each([
    ['stops what begins by itself', book(), aFreeze(), true, ['frozen']],
    ['stops no person', book(), aFreeze(), false, []],
    ['stops no containment of class safety', book({}, 'safety'), aFreeze(), true, []],
    ['stops that too where it says so', book({}, 'safety'), aFreeze({ stopsSafety: true }), true, ['frozen']],
    ['of another agent stops nothing', book(), aFreeze({ agent: 'sales' }), true, []],
    ['of this agent does', book(), aFreeze({ agent: 'support' }), true, ['frozen']],
    ['that is over stops nothing', book(), aFreeze({ until: noon }), true, []],
  ])('%s', (_, runbook, freeze, isAutomatic, expected) => {
    expect(rulesOf(runbook, acting(), facts({ freezes: [freeze], isAutomatic }))).toEqual(expected);
  });
});

describe('bounds', () => {
  const run = (agoMs: number, agents = ['support'], runbook = 'loop') => ({ runbook, agents, startedAt: noon - agoMs });
  test.each([
    ['runs in an hour', book({ runsPerHour: 2 }), { runs: [run(minute), run(2 * minute)] }, ['runs_per_hour']],
    ['runs of another runbook', book({ runsPerHour: 1 }), { runs: [run(minute, ['support'], 'other')] }, []],
    ['runs before that hour', book({ runsPerHour: 1 }), { runs: [run(hour)] }, []],
    ['a cooldown', book({ cooldownMs: 10 * minute }), { runs: [run(9 * minute)] }, ['cooldown']],
    ['a cooldown that is over', book({ cooldownMs: 10 * minute }), { runs: [run(10 * minute)] }, []],
    ['a cooldown of another agent', book({ cooldownMs: 10 * minute }), { runs: [run(minute, ['sales'])] }, []],
    [
      'mitigations of an agent',
      book({ mitigationsPerAgent: 2 }),
      { mitigated: ['support', 'sales', 'support'] },
      ['mitigations_per_agent'],
    ],
    ['environments', book({ environments: ['dev'] }), {}, ['environments']],
  ] as const)('%s', (_, runbook, known, expected) => {
    expect(rulesOf(runbook, acting(), facts(known))).toEqual(expected);
  });

  test('targets count agents, not acts', () => {
    const two = aPlan([
      actingStep({ id: 'a' }, { traits: plainTraits }),
      actingStep({ id: 'b', target: 'sales' }, { traits: plainTraits }),
    ]);
    expect(rulesOf(book({ maxTargets: 1 }), two, facts())).toEqual(['targets']);
    expect(rulesOf(book({ maxTargets: 2 }), two, facts())).toEqual([]);
  });

  test('what cannot be undone is kept out where only reversible acts may be', () => {
    const lasting = acting({}, { reversible: false, lasting: 'it is gone' });
    expect(refusals(book({ reversibleOnly: true }), lasting, facts())).toMatchObject([
      { rule: 'reversible_only', message: 'throttle cannot be undone: it is gone' },
    ]);
  });
});

describe('a step that is to end by itself', () => {
  const native = { ...plainTraits, expiresNatively: true };
  test.each([
    ['where nothing ever looked', acting({ ttlMs: hour }), { lastTickAt: null }, ['no_tick']],
    ['where a clock that was wrong says that it will', acting({ ttlMs: hour }), { lastTickAt: noon + hour }, ['no_tick']],
    ['where nothing looked for a quarter of an hour', acting({ ttlMs: hour }), { lastTickAt: noon - 15 * minute }, ['no_tick']],
    ['where something looked just before that', acting({ ttlMs: hour }), { lastTickAt: noon - 15 * minute + 1 }, []],
    ['where the control ends it', acting({ ttlMs: hour }, {}, native), { lastTickAt: null }, []],
    ['where a person takes it on them', acting({ ttlMs: hour }), { lastTickAt: null, ignoresTick: true }, []],
    ['without an end', acting(), { lastTickAt: null }, []],
  ] as const)('%s', (_, plan, known, expected) => {
    expect(rulesOf(book(), plan, facts(known))).toEqual(expected);
  });
});

test('how often bounds no person who contains something for safety, and whatever begins by itself', () => {
  const runs = [{ runbook: 'loop', agents: ['support'], startedAt: noon - minute }];
  const bounds = { runsPerHour: 1, cooldownMs: hour };
  const rules = (ofClass: RunbookClass, isAutomatic: boolean) =>
    refusals(book(bounds, ofClass), acting(), facts({ runs, isAutomatic })).map(({ rule }) => rule);
  expect(rules('safety', false)).toEqual([]);
  expect(rules('safety', true)).toEqual(['runs_per_hour', 'cooldown']);
  expect(rules('loop', false)).toEqual(['runs_per_hour', 'cooldown']);
});

test('a storm of a thousand triggers begins no more runs than may be in any hour, however they come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1000, maxLength: 1000 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 20 }),
      (gaps, runsPerHour, cooldownMinutes) => {
        const runbook = book({ runsPerHour, cooldownMs: cooldownMinutes * minute });
        const plan = acting();
        const begun: number[] = [];
        let now = noon;
        for (const gap of gaps) {
          now += gap;
          const runs = begun.map((startedAt) => ({ runbook: 'loop', agents: ['support'], startedAt }));
          if (refusals(runbook, plan, facts({ now, runs })).length === 0) begun.push(now);
        }
        for (const from of begun) {
          expect(begun.filter((at) => at >= from && at < from + hour).length).toBeLessThanOrEqual(runsPerHour);
          expect(begun.filter((at) => at > from && at < from + cooldownMinutes * minute)).toEqual([]);
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('in a frozen fleet a storm begins nothing', () => {
  expect(
    Array.from({ length: 1000 }, (_, at) => rulesOf(book(), acting(), facts({ now: noon + at, freezes: [aFreeze()] }))).every(
      ([rule]) => rule === 'frozen',
    ),
  ).toBe(true);
});
