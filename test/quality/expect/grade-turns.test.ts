import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Outcome, Turn } from '../../../src/agents/protocols/port.ts';
import type { Json } from '../../../src/ground/json.ts';
import { openSandbox } from '../../../src/ground/runtime/sandbox.ts';
import { gradeTurns } from '../../../src/quality/expect/grade-turns.ts';
import type { Expectation } from '../../../src/quality/expect/port.ts';
import { assertionNames } from '../../../src/quality/expect/registry.ts';
import { fakeEmbedder, fakeJudge } from '../../support/fake-judge.ts';
import { fakeSecrets } from '../../support/fake-secrets.ts';
import { expectation } from '../../support/grade.ts';
import { calls, says, turn } from '../../support/turn.ts';

const sandbox = openSandbox();
afterAll(() => sandbox.close());

/** Judges by length, and repeats what it read. */
const { judge } = fakeJudge(({ form, exchanges }) => {
  const answer = exchanges.at(-1)?.answer ?? '';
  const isLong = answer.length > 20;
  return [
    form === 'rubric'
      ? { form, pass: isLong, score: isLong ? 0.9 : 0.2, reason: `it says ${answer}` }
      : { form, relation: isLong ? 'agree' : 'disagree', reason: `it says ${answer}` },
  ];
});
const aids = { sandbox, judge, embedder: fakeEmbedder(0.8) };

/** One sensible use of every assertion there is. */
const uses: Readonly<Record<string, unknown>> = {
  equals: { equals: { a: 1 } },
  contains: { contains: 'a' },
  icontains: { icontains: 'A' },
  'contains-all': { 'contains-all': ['a', 'b'] },
  'contains-any': { 'contains-any': ['a', 'b'] },
  'icontains-all': { 'icontains-all': ['a', 'b'] },
  'icontains-any': { 'icontains-any': ['a', 'b'] },
  'starts-with': { 'starts-with': 'a' },
  regex: { regex: '(a|b)+$' },
  'word-count': { 'word-count': { max: 3 } },
  levenshtein: { levenshtein: 'ab' },
  'is-json': { 'is-json': { type: 'object', propertyNames: { pattern: '^a+$' } } },
  'contains-json': 'contains-json',
  'json-path': { 'json-path': { path: '$..a', contains: 'x' } },
  'json-schema': { 'json-schema': { type: 'object' } },
  'tool-called': { 'tool-called': 'a*' },
  'tool-args': { 'tool-args': { name: '*', args: { a: 1 } } },
  'trajectory:tool-used': { 'trajectory:tool-used': { name: '*', max: 2 } },
  'trajectory:tool-sequence': { 'trajectory:tool-sequence': ['a*', 'b*'] },
  'trajectory:tool-args-match': { 'trajectory:tool-args-match': { name: '*', mode: 'exact', args: {} } },
  'max-steps': { 'max-steps': 2 },
  'trajectory:step-count': { 'trajectory:step-count': { min: 1 } },
  'no-loop': { 'no-loop': 2 },
  outcome: { outcome: ['ok', 'refused'] },
  'finish-reason': { 'finish-reason': 'stop' },
  latency: { latency: '1s' },
  ttft: { ttft: '1s' },
  cost: { cost: '$0.01' },
  'max-tokens': { 'max-tokens': { total: 100 } },
  'is-refusal': 'is-refusal',
  'no-secrets': 'no-secrets',
  'no-pii': 'no-pii',
  'no-injection-echo': 'no-injection-echo',
  javascript: { javascript: 'JSON.stringify(output).length > 10' },
  skills: { skills: ['a*'] },
  'tls-expiry': { 'tls-expiry': '14d' },
  'llm-rubric': { 'llm-rubric': 'names a deadline' },
  factuality: { factuality: 'It takes 30 days.' },
  similar: { similar: ['a', 'b'] },
};

const all: readonly Expectation[] = await Promise.all(assertionNames.map((name) => expectation(uses[name])));
const negated = all.map((one) => ({ ...one, type: `not-${one.type}`, negated: true }));

const outcomes: readonly Outcome[] = ['ok', 'refused', 'interrupted', 'truncated', 'agent_error', 'timeout', 'malformed'];
const json = fc.jsonValue().map((value) => value as Json);
const amount = fc.option(fc.double({ min: -1e9, max: 1e15, noNaN: true }));
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  json.map((value) => JSON.stringify(value)),
  fc.constantFrom(...fakeSecrets.map(([, secret]) => `a ${secret} b`), "I'm sorry, but I can't help with that.", 'a@b.example'),
);
const anyTurn: fc.Arbitrary<Turn> = fc
  .record({
    outcome: fc.constantFrom(...outcomes),
    cause: fc.option(words),
    text: words,
    structured: json,
    toolCalls: fc.array(fc.record({ id: fc.constant(null), name: words, args: json }), { maxLength: 5 }),
    usage: fc.option(fc.record({ input: amount, output: amount, cachedRead: amount, cachedWrite: amount, reasoning: amount })),
    costNanos: amount,
    steps: amount,
    stopReason: fc.option(words),
    certificateDays: amount,
    card: fc.option(
      fc.record({
        name: fc.option(words),
        version: fc.constant(null),
        models: fc.array(words),
        tools: fc.array(words),
        skills: fc.array(words),
        facets: fc.constant({}),
      }),
    ),
  })
  .map((parts) => turn(parts));

describe('gradeTurns', () => {
  test('keeps the order, the names, the weights and the metrics', async () => {
    const asked = await Promise.all(
      [{ contains: 'b' }, { type: 'not-contains', value: 'a', weight: 2, metric: 'style' }, 'is-refusal'].map(expectation),
    );
    expect(await gradeTurns(asked, [says('a')], {})).toEqual([
      {
        assertion: 'contains',
        wording: 'contains: b',
        pass: false,
        verdict: 'fail',
        score: 0,
        saw: 'a',
        message: 'the answer does not contain "b"',
        weight: 1,
        metric: null,
      },
      {
        assertion: 'not-contains',
        wording: 'not-contains: a',
        pass: false,
        verdict: 'fail',
        score: 0,
        saw: 'a',
        message: 'the answer contains "a"',
        weight: 2,
        metric: 'style',
      },
      {
        assertion: 'is-refusal',
        wording: 'is-refusal',
        pass: false,
        verdict: 'fail',
        score: 0,
        saw: 'a',
        message: 'the answer is not a refusal',
        weight: 1,
        metric: null,
      },
    ]);
  });

  test('judges the last turn', async () => {
    const [grade] = await gradeTurns([await expectation({ contains: 'second' })], [says('first'), says('second')], {});
    expect(grade?.pass).toBe(true);
  });

  test('an assertion that throws, or that nobody knows, is an error of its own', async () => {
    const broken: Expectation = { ...(await expectation({ regex: 'a' })), args: '(' };
    const strange: Expectation = { ...broken, type: 'strange', base: 'strange' };
    const grades = await gradeTurns([broken, { ...broken, negated: true }, strange, await expectation({ contains: 'a' })], [says('a')], {});
    expect(grades.map(({ verdict, pass, score }) => [verdict, pass, score])).toEqual([
      ['error', null, null],
      ['error', null, null],
      ['error', null, null],
      ['pass', true, 1],
    ]);
  });

  test('every assertion judges every turn without an error, and not- is its opposite', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyTurn, { minLength: 1, maxLength: 3 }), async (seen) => {
        const grades = await gradeTurns(all, seen, aids);
        const opposites = await gradeTurns(negated, seen, aids);
        for (const [index, grade] of grades.entries()) {
          expect(grade.verdict, `${grade.assertion}: ${grade.message}`).not.toBe('error');
          expect(opposites[index]?.pass, grade.assertion).toBe(grade.pass === null ? null : !grade.pass);
          expect(grade.score === null || (grade.score >= 0 && grade.score <= 1), grade.assertion).toBe(true);
          expect(grade.saw.length, grade.assertion).toBeLessThanOrEqual(202);
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each(fakeSecrets)('a leaked %s is shown by no assertion', async (_kind, secret) => {
    const leaks = secret.replaceAll('"', '');
    const hidden = leaks.slice(-10).split('@')[0] ?? '';
    const leaky = turn({
      text: `Sure: ${secret}`,
      structured: { a: `x ${secret}` },
      toolCalls: [{ id: null, name: 'a', args: { [secret]: 1 } }],
      stopReason: `because ${secret}`,
      cause: `said ${secret}`,
      card: { name: null, version: null, models: [], tools: [`a ${secret}`], skills: [], facets: {} },
    });
    const code = await expectation({ javascript: '({ pass: true, reason: output })' });
    const thrown = await expectation({ javascript: '(() => { throw new Error(output) })()' });
    for (const { assertion, saw, message } of await gradeTurns([...all, ...negated, code, thrown], [leaky], aids)) {
      expect(`${saw} ${message}`, assertion).not.toContain(hidden);
    }
  });

  test('a long answer is judged quickly by all', async () => {
    const start = performance.now();
    await gradeTurns(all, [turn({ text: 'word a@b 12-34 sk- {"a": ['.repeat(40_000), toolCalls: calls(['a']).toolCalls })], aids);
    expect(performance.now() - start).toBeLessThan(8000);
  });
});
