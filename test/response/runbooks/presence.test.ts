import fc from 'fast-check';
import { expect, it } from 'vitest';
import { judgeExpression, type Scope } from '../../../src/response/runbooks/expression.ts';
import { judgePresence } from '../../../src/response/runbooks/presence.ts';

const scope: Scope = {
  params: { minutes: 5, model: '' },
  agent: { name: 'support', tags: [], owner: null },
  figures: { requests: 0, steps_max: null, state: 'green' },
  controls: { kill: 'litellm' },
  steps: { slow: { status: 'done', verdict: 'pass' } },
};

/** Also of what it does not know, and of what is no expression at all. */
const piece = fc.constantFrom(
  ...['has(controls.kill)', 'has(controls.queue)', 'has(figures.steps_max)', 'has( agent.owner )', 'has(params.minutes)'],
  ...['has(figures.requests)', 'has(agent.toString)', 'has(controls.in)', 'has(steps.slow)', 'figures.requests', 'true', 'has(controls)'],
  ...['&&', '||', '!', '(', ')', ' ', '\n'],
);

const grown = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('has(controls.kill)', 'has(controls.queue)', 'has(figures.steps_max)', 'has(params.model)'),
    fc.tuple(tie('any'), fc.constantFrom('&&', '||', ' && ', ' || '), tie('any')).map((parts) => parts.join('')),
    tie('any').map((inner) => `!${inner}`),
    tie('any').map((inner) => `(${inner})`),
  ),
})).any;

it('says what the language says, or leaves it to the language', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        grown,
        fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join('')),
      ),
      (expression) => {
        const judged = judgePresence(expression, scope);
        if (judged !== null) expect(judged, expression).toEqual(judgeExpression(expression, scope));
      },
    ),
    { numRuns: 2000 },
  );
});

it('judges what the shipped runbooks ask before most steps', () => {
  const judge = (expression: string) => judgePresence(expression, scope)?.value ?? null;
  expect(judge('has(controls.kill)')).toBe(true);
  expect(judge('has(controls.disable) || (!has(controls.kill) && !has(controls.queue))')).toBe(false);
  expect(judge('has(controls.scale) && params.replicas > 0')).toBeNull();
  expect(judgePresence('has(steps.slow)', { ...scope, figures: null })).toBeNull();
  expect(judgePresence('has(figures.requests)', { ...scope, figures: null })).toBeNull();
});
