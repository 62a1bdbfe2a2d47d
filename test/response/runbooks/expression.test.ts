import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/ground/json.ts';
import { expressionProblem, judgeExpression, type Names, type Scope } from '../../../src/response/runbooks/expression.ts';

const scope = (figures: Readonly<Record<string, Json>>, parts: Partial<Scope> = {}): Scope => ({
  params: { limit: 10, name: 'support' },
  agent: { name: 'support', tags: ['cx', 'public'] },
  controls: { throttle: 'litellm' },
  steps: {},
  figures,
  ...parts,
});

describe('a judgement has three values', () => {
  test.each([
    ['figures.requests > 10', { requests: 11 }, true],
    ['figures.requests / 3 + 1 > 4', { requests: 12 }, true],
    ['figures.requests * 2 <= params.limit', { requests: 5 }, true],
    ['figures.error_rate < 0.05', { error_rate: 0.2 }, false],
    ['figures.error_rate < 0.05', {}, 'inconclusive'],
    ['figures.error_rate < 0.05', { error_rate: null }, 'inconclusive'],
    ['!(figures.error_rate < 0.05)', {}, 'inconclusive'],
    ['figures.error_rate > 0.05 || true', {}, true],
    ['figures.error_rate > 0.05 && false', {}, false],
    ['has(controls.throttle) && !has(controls.kill)', {}, true],
    ['"cx" in agent.tags', {}, true],
    ['agent.tags.exists(t, t.startsWith("pub"))', {}, true],
    ['figures.state', { state: 'green' }, 'inconclusive'],
  ] as const)('%s over %j is %s', (text, figures, expected) => {
    expect(judgeExpression(text, scope(figures)).value).toBe(expected);
  });

  test('it says what was not known', () => {
    expect(judgeExpression('figures.cost_usd > 3', scope({})).why).toBe('figures.cost_usd > 3: cost_usd is not known');
  });

  test('steps that are still to come are not known, though nothing stands there', () => {
    const early = scope({}, { steps: null });
    expect(judgeExpression('has(steps.prompt)', early).value).toBe('inconclusive');
    expect(judgeExpression('has(controls.kill) && steps.prompt.verdict != "pass"', early).value).toBe(false);
  });

  const figure = fc.constantFrom('requests', 'errors', 'error_rate');
  const comparison = fc
    .tuple(figure, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), fc.integer({ min: -3, max: 3 }))
    .map(([name, sign, value]) => `figures.${name} ${sign} ${value}`);
  const { formula } = fc.letrec<{ formula: string }>((tie) => ({
    formula: fc.oneof(
      { maxDepth: 3 },
      comparison,
      tie('formula').map((inner) => `!(${inner})`),
      fc.tuple(tie('formula'), fc.constantFrom('&&', '||'), tie('formula')).map(([a, sign, b]) => `(${a}) ${sign} (${b})`),
    ),
  }));
  const values = fc.record({
    requests: fc.integer({ min: -3, max: 3 }),
    errors: fc.integer({ min: -3, max: 3 }),
    error_rate: fc.double({ min: -3, max: 3, noNaN: true }),
  });

  test('what is said without a figure is never taken back by the figure', () => {
    fc.assert(
      fc.property(formula, values, fc.subarray(['requests', 'errors', 'error_rate']), (text, all, missing) => {
        const partial = Object.fromEntries(Object.entries(all).filter(([name]) => !missing.includes(name)));
        const early = judgeExpression(text, scope(partial)).value;
        if (early !== 'inconclusive') expect(judgeExpression(text, scope(all)).value).toBe(early);
      }),
    );
  });
});

const names: Names = {
  params: ['limit'],
  agent: ['name', 'tags'],
  figures: ['requests', 'error_rate'],
  controls: ['throttle'],
  steps: ['prompt'],
};

describe('what is refused before it is used', () => {
  test.each([
    ['agent.name.matches("(a+)+$")', 'uses matches, which is refused here', 'use contains, startsWith, endsWith or in'],
    ['figures.eror_rate > 1', 'asks for figures.eror_rate, which does not exist', 'did you mean figures.error_rate?'],
    ['params.nope == 1', 'asks for params.nope, which does not exist', 'there are limit'],
    ['figures.requests', null, null],
    ['1 + 1', 'gives a value of type int, not true or false', 'compare it with something'],
    ['figures.requests >', 'is no expression: Unexpected token: EOF', 'write it like figures.error_rate < 0.05 && params.minutes > 5'],
    ['requests > 1', 'is no expression: Unknown variable: requests', null],
    [
      'agent.tags.exists(a, agent.tags.exists(b, agent.tags.exists(c, a == b && b == c)))',
      'walks lists inside lists more than 2 deep',
      'walk one list at a time',
    ],
  ])('%s', (text, message, hint) => {
    expect(expressionProblem(text, names)).toEqual(message === null ? null : { message, hint });
  });

  test('an expression of any length and shape is refused or judged, and soon', () => {
    const long = Array.from({ length: 5000 }, () => 'figures.requests > 1').join(' && ');
    expect(expressionProblem(long, names)?.message).toMatch(/^is no expression/);
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expressionProblem(text, names);
        judgeExpression(text, scope({ requests: 1 }));
      }),
    );
  });

  test('a list of a hundred thousand is walked no further than its first hundred', () => {
    const endless = scope({}, { agent: { tags: Array.from({ length: 100_000 }, (_, at) => `t${at}`) } });
    expect(judgeExpression('size(agent.tags) == 100', endless).value).toBe(true);
    expect(judgeExpression('agent.tags.all(a, agent.tags.exists(b, a == b))', endless).value).toBe(true);
  });
});
