import { describe, expect, test } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import type { Plan } from '../../src/response/runbooks/plan.ts';
import { planHash } from '../../src/response/runbooks/plan.ts';
import type { Runbook } from '../../src/response/runbooks/runbook.ts';
import { planFormats } from '../../src/views/plan.ts';
import type { PlanAnswer } from '../../src/views/plan-facts.ts';
import { renderPlanText } from '../../src/views/plan-text.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { noon } from '../support/facts.ts';
import { hostileTexts } from '../support/hostile.ts';
import { plainTraits } from '../support/plain-control.ts';
import { plainRunbook } from '../support/rehearsal.ts';
import { actingStep, aPlan, idleStep } from '../support/run-order.ts';

const traits = { ...plainTraits, effectMs: 60_000 };
const book: Runbook = plainRunbook('- throttle: { requests_per_minute: 10 }');

const planWith = (word: string): Plan => {
  const plan = {
    ...aPlan(
      [
        {
          ...actingStep(
            { id: 'slow', ttlMs: 7_200_000 },
            { traits, change: { target: word, from: { limit: null, same: 1 }, to: { limit: 10, same: 1 } } },
          ),
          sharedWith: [word, 'checkout'],
          keepsRunning: word,
        },
        actingStep(
          { id: 'stop', kind: 'kill', irreversible: true },
          {
            traits: { ...plainTraits },
            change: { action: 'kill', reversible: false, lasting: word, from: { on: true }, to: { on: word } },
          },
        ),
        { ...idleStep({ id: 'off', kind: 'disable' }), skipped: word },
        { ...idleStep({ id: 'more', kind: 'scale' }), blocked: { kind: 'unbound', why: word, hint: word } },
      ],
      [{ ...idleStep({ id: 'tell', kind: 'notify' }), args: { message: word, severity: 'notify' } }],
    ),
    params: { agent: 'support' },
  };
  return { ...plan, hash: planHash(plan) };
};

const answer = (plan: Plan, stale: readonly string[] | null = null): PlanAnswer => ({
  fleet: 'acme',
  generatedAt: noon,
  runbook: book,
  plan,
  source: 'live',
  stale,
  confirmCommand: `agentops runbook run plain --agent support --confirm ${plan.hash.slice(0, 12)}`,
});

const textOf = (plan: Plan, width: number | null, stale: readonly string[] | null = null) =>
  renderPlanText(answer(plan, stale), { look: { ...plainLook, width }, verbose: false, zone: 'UTC' });

const withoutObstacle = (plan: Plan): Plan => ({ ...plan, steps: plan.steps.filter(({ blocked }) => blocked === null) });

test('a person reads what changes, who else feels it, what goes on, how it ends and what confirms it', () => {
  const plan = withoutObstacle(planWith('key support at gateway'));
  expect(textOf(plan, 80).split('\n')).toEqual([
    'plain · on support · class other · version 1',
    '',
    ' 1  throttle  key support at gateway',
    '     limit  not set → 10',
    '     ▲ also felt by key support at gateway, checkout',
    '     ▲ goes on all the same: key support at gateway',
    '     undone after 2 h · takes effect within 1 m',
    '     step slow · of support · by peer',
    ' 2  kill  the peer',
    '     on  true → key support at gateway',
    '     ▲ cannot be undone: key support at gateway',
    '     takes effect at once',
    '     step stop · of support · by peer',
    ' –  disable  left out',
    '     key support at gateway',
    '     step off · of support',
    'in the end, whatever happened',
    ' 3  notify',
    '     tell everybody under notify: key support at gateway',
    '',
    'needs  the name support, typed · lock agent/support · agentops runbook expire by',
    '       cron, to end it',
    `plan   ${plan.hash.slice(0, 12)}`,
    '',
    'To do just this:',
    `  agentops runbook run plain --agent support --confirm ${plan.hash.slice(0, 12)}`,
    '',
  ]);
});

test('a plan that cannot be run says so, and offers no command', () => {
  const text = textOf(planWith('x'), 120, ['limit of x was 3, is 4']);
  expect(text).toContain('it cannot be run: 1 step cannot be done');
  expect(text).toContain('limit of x was 3, is 4');
  expect(text).not.toContain('--confirm');
});

describe.each(Object.entries(hostileTexts))('hostile text: %s', (_, hostile) => {
  test.each([80, 120])('keeps to %s columns, and to its own lines', (width) => {
    const lines = textOf(planWith(hostile), width).split('\n');
    for (const line of lines) {
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
      expect(line).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      expect(line).not.toMatch(/^\s*::/);
    }
  });

  test('is JSON of its schema', () => {
    const document: unknown = JSON.parse(planFormats(answer(planWith(hostile))).json());
    expect(documentSchemas['runbook plan'].safeParse(document).error).toBeUndefined();
  });
});
