import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeAgent, judgeFleet } from '../../../src/oversight/status/agent-state.ts';
import type { CheckEvidence } from '../../../src/oversight/status/evidence.ts';
import type { StateName } from '../../../src/oversight/status/health-report.ts';
import type { Standing } from '../../../src/quality/health/streak.ts';
import { checkEvidence as evidence, minute, noon } from '../../support/facts.ts';

const judge = (...checks: readonly Partial<CheckEvidence>[]) =>
  judgeAgent({ now: noon, safetyWindowMs: 15 * minute, overdue: [], alerts: [], checks: checks.map(evidence) });

/** What each thing alone makes of an agent. */
const alone: readonly (readonly [string, Partial<CheckEvidence>, StateName, string])[] = [
  ['up', {}, 'green', ''],
  ['down', { standing: 'down', reason: 'no answer' }, 'red', 'ping: no answer'],
  ['recovering', { standing: 'recovering', reason: 'no answer' }, 'red', 'ping: passes again, but not often enough since: no answer'],
  [
    'a safety event a while ago',
    { safety: true, lastFailure: { at: noon - 15 * minute, reason: 'it told a password', answered: true } },
    'red',
    'ping: a safety event in the last 15 m: it told a password',
  ],
  ['never', { standing: 'never', since: null }, 'unknown', 'ping: has not run yet'],
  ['stale', { standing: 'stale' }, 'unknown', 'ping: its last result is too old'],
  ['error', { standing: 'error', reason: 'no token' }, 'unknown', 'ping: no token'],
  ['skipped', { standing: 'skipped', reason: 'no budget' }, 'unknown', 'ping: no budget'],
  ['failing', { standing: 'failing', reason: 'no answer' }, 'yellow', 'ping: no answer (not often enough to be red)'],
  ['degraded', { standing: 'degraded', reason: 'slow' }, 'yellow', 'ping: slow'],
  ['flapping', { flapping: true }, 'yellow', 'ping: flapping between pass and fail'],
  ['drift', { drift: ['model', 'tools'] }, 'yellow', 'ping: changed since last time: model and tools'],
];
const order: readonly StateName[] = ['red', 'unknown', 'yellow', 'green'];

describe('one thing', () => {
  test.each(alone)('%s', (_, parts, state, reason) => {
    const judged = judge(parts);
    expect(judged.state).toBe(state);
    expect(judged.reasons).toEqual(reason === '' ? [] : [reason]);
  });

  test('what is in force past its time makes an agent yellow that is fine otherwise, and hides nothing worse', () => {
    const overdue = [{ reason: 'throttle of a key is in force past its time: r/throttle', since: noon - minute }];
    const judged = (parts: Partial<CheckEvidence>) =>
      judgeAgent({ now: noon, safetyWindowMs: minute, overdue, alerts: [], checks: [evidence(parts)] });
    expect(judged({})).toEqual({ state: 'yellow', reasons: [overdue[0]?.reason], since: noon - minute });
    expect(judged({ standing: 'down', reason: 'no answer' }).state).toBe('red');
  });

  test('a safety event is over after its window', () =>
    expect(judge({ safety: true, lastFailure: { at: noon - 15 * minute - 1, reason: '', answered: true } }).state).toBe('green'));
  test('a failed check that is no matter of safety leaves nothing behind', () =>
    expect(judge({ lastFailure: { at: noon - 1, reason: '', answered: true } }).state).toBe('green'));
  test('nothing at all is not green', () => expect(judge()).toMatchObject({ state: 'unknown', reasons: ['nothing checks it'] }));
});

describe('two things: the first of red, unknown, yellow, green wins in either order', () => {
  const pairs = alone.flatMap((one) => alone.map((other) => [one, other] as const));
  test.each(pairs.map(([one, other]) => [`${one[0]} + ${other[0]}`, one, other] as const))('%s', (_, one, other) =>
    expect(judge(one[1], { ...other[1], check: 'other' }).state).toBe(order.find((state) => state === one[2] || state === other[2])),
  );
});

const anyEvidence: fc.Arbitrary<CheckEvidence> = fc.record({
  check: fc.constantFrom('a', 'b', 'c'),
  standing: fc.constantFrom<Standing>('up', 'degraded', 'failing', 'down', 'recovering', 'error', 'skipped', 'stale', 'never'),
  since: fc.option(fc.integer({ min: 0, max: noon })),
  reason: fc.constantFrom('one', 'two'),
  safety: fc.boolean(),
  lastFailure: fc.option(
    fc.record({ at: fc.integer({ min: noon - 30 * minute, max: noon }), reason: fc.string(), answered: fc.boolean() }),
  ),
  flapping: fc.boolean(),
  drift: fc.constantFrom([], ['model']),
  driftAt: fc.option(fc.integer({ min: 0, max: noon })),
});

test('an agent that changed is yellow since the change was seen, however long it has passed', () =>
  expect(judge({ since: noon - 100 * minute, drift: ['model'], driftAt: noon - minute })).toMatchObject({
    state: 'yellow',
    since: noon - minute,
  }));

describe('anything', () => {
  const property = (check: (all: readonly CheckEvidence[], judged: ReturnType<typeof judgeAgent>) => void) =>
    fc.assert(
      fc.property(fc.array(anyEvidence, { maxLength: 5 }), (all) => {
        check(all, judgeAgent({ now: noon, safetyWindowMs: 15 * minute, overdue: [], alerts: [], checks: all }));
      }),
      { numRuns: 1000 },
    );

  test('green means that every check passed, and is the only state without a reason', () =>
    property((all, { state, reasons }) => {
      expect(reasons.length === 0).toBe(state === 'green');
      if (state === 'green') {
        expect(all.length).toBeGreaterThan(0);
        expect(all.every(({ standing }) => standing === 'up')).toBe(true);
      }
    }));

  test('the order of checks changes nothing but the order of reasons', () =>
    property((all, judged) => {
      const turned = judgeAgent({ now: noon, safetyWindowMs: 15 * minute, overdue: [], alerts: [], checks: all.toReversed() });
      expect({ ...turned, reasons: [...turned.reasons].sort() }).toEqual({ ...judged, reasons: [...judged.reasons].sort() });
    }));

  test('more evidence never makes an agent better', () =>
    property((all, { state }) => {
      for (const left of all.length > 1 ? all.keys() : []) {
        const fewer = judgeAgent({
          now: noon,
          safetyWindowMs: 15 * minute,
          overdue: [],
          alerts: [],
          checks: all.filter((_, index) => index !== left),
        });
        expect(order.indexOf(state)).toBeLessThanOrEqual(order.indexOf(fewer.state));
      }
    }));
});

describe('since', () => {
  test('an agent is red since the first of what makes it so', () =>
    expect(judge({ standing: 'down', since: noon - 5 }, { standing: 'down', since: noon - 9 }, { standing: 'error', since: 1 }).since).toBe(
      noon - 9,
    ));
  test('an agent is green since the last of its checks is', () =>
    expect(judge({ since: noon - 5 }, { since: noon - 9 }).since).toBe(noon - 5));
  test('what is not known is not made up', () => expect(judge({ standing: 'never', since: null }).since).toBeNull());
});

describe('a fleet', () => {
  test.each<[readonly (readonly [number, StateName])[], StateName]>([
    [[[1, 'green']], 'green'],
    [[[1, 'red']], 'red'],
    [[[2, 'red']], 'yellow'],
    [
      [
        [1, 'unknown'],
        [2, 'green'],
      ],
      'yellow',
    ],
    [
      [
        [3, 'yellow'],
        [1, 'red'],
      ],
      'red',
    ],
    [[], 'unknown'],
  ])('%j is %s', (agents, state) => expect(judgeFleet(agents.map(([tier, each]) => ({ tier, state: each })))).toBe(state));
});
