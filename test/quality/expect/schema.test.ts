import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadAssertions, loadExpectation } from '../../../src/quality/expect/load-expectation.ts';
import { assertionFamilies, assertionNames } from '../../../src/quality/expect/registry.ts';
import { pickAssertion } from '../../../src/quality/expect/schema.ts';
import { expectation } from '../../support/grade.ts';

const problemsOf = async (raw: unknown) => {
  const checked = await loadExpectation(raw);
  return checked.ok ? [] : checked.problems;
};

describe('the registry', () => {
  test('names every assertion of every family, each in its own family and under its own type', async () => {
    for (const [name, family] of Object.entries(assertionFamilies)) {
      const { default: members } = await family();
      expect(members[name]?.type).toBe(name);
      for (const member of Object.keys(members)) expect(assertionFamilies[member]).toBe(family);
    }
  });

  test('every assertion has a summary of one sentence', async () => {
    for (const { type, summary } of await loadAssertions()) expect(summary, type).toMatch(/^[A-Z].{15,170}\.$/);
  });
});

describe('pickAssertion', () => {
  const plain = { threshold: null, ifUnknown: 'skip', weight: 1, metric: null };

  test.each([
    ['is-refusal', { type: 'is-refusal', base: 'is-refusal', negated: false, value: undefined, ...plain }],
    ['not-is-json', { type: 'not-is-json', base: 'is-json', negated: true, value: undefined, ...plain }],
    [{ contains: 'x' }, { type: 'contains', base: 'contains', negated: false, value: 'x', ...plain }],
    [{ 'not-contains': 'x' }, { type: 'not-contains', base: 'contains', negated: true, value: 'x', ...plain }],
    [
      { type: 'levenshtein', value: 'x', threshold: 2, weight: 3, metric: 'spelling', if_unknown: 'fail' },
      {
        type: 'levenshtein',
        base: 'levenshtein',
        negated: false,
        value: 'x',
        threshold: 2,
        ifUnknown: 'fail',
        weight: 3,
        metric: 'spelling',
      },
    ],
  ])('%j', (raw, picked) => {
    const picking = pickAssertion(raw);
    expect(picking.ok && picking.picked).toMatchObject(picked);
  });

  test.each([
    ['contians', [], 'names no assertion', 'did you mean "contains"?'],
    ['not-contians', [], 'names no assertion', 'did you mean "not-contains"?'],
    ['not-not-contains', [], 'names no assertion', 'did you mean'],
    [{ absurdity: 1 }, ['absurdity'], 'names no assertion', 'known here: equals, contains'],
    [{ contains: 'a', icontains: 'b' }, [], 'has the keys contains, icontains and no type', '{ type: contains, value: x }'],
    [{}, [], 'is empty', 'contains: x'],
    [42, [], 'is not an assertion', 'contains: x'],
    [null, [], 'is not an assertion', 'contains: x'],
    [{ type: 7 }, ['type'], 'must be the name', undefined],
    [{ type: 'contains', value: 'x', treshold: 1 }, ['treshold'], 'is not a key that is known here', 'did you mean "threshold"?'],
    [{ type: 'contains', value: 'x', weight: -1 }, ['weight'], 'must be at least 0', undefined],
    [{ type: 'cost', threshold: 1, if_unknown: 'pass' }, ['if_unknown'], 'must be skip or fail', undefined],
  ])('%j is refused at its place, with the next thing to write', (raw, path, message, hint) => {
    const picking = pickAssertion(raw);
    const problem = picking.ok ? null : picking.problems[0];
    expect(problem?.path).toEqual(path);
    expect(problem?.message).toContain(message);
    if (hint !== undefined) expect(problem?.hint).toContain(hint);
  });

  test('shows all problems of one item at once', () => {
    const picking = pickAssertion({ type: 'contans', wieght: 2, threshold: [] });
    expect(picking.ok ? [] : picking.problems.map(({ path }) => path)).toEqual([['type'], ['threshold'], ['wieght']]);
  });

  test('answers for every value, and names what is on the object itself only', () => {
    const raw = fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...assertionNames, 'type', 'value', '__proto__'), fc.anything()));
    fc.assert(
      fc.property(raw, (value) => {
        const picking = pickAssertion(value);
        return picking.ok || picking.problems.length > 0;
      }),
    );
    expect(pickAssertion('constructor').ok).toBe(false);
    expect(pickAssertion('not-toString').ok).toBe(false);
  });
});

describe('loadExpectation', () => {
  test.each([
    [{ latency: '5s' }, 5000],
    [{ type: 'latency', threshold: 5000 }, 5000],
    [{ type: 'latency', value: '5s' }, 5000],
    [{ type: 'latency', threshold: '5s' }, 5000],
    [{ cost: '$0.02' }, 20_000_000],
    [{ type: 'cost', threshold: 0.02 }, 20_000_000],
    [{ ttft: '2s' }, 2000],
    [{ 'max-tokens': '60k' }, { output: 60_000 }],
    [{ 'max-tokens': { total: 100 } }, { total: 100 }],
    [{ 'tls-expiry': '14d' }, 1_209_600_000],
    [{ 'max-steps': 25 }, { glob: null, max: 25 }],
    [{ 'contains-any': 'a, b,"c, ""d"""' }, ['a', 'b', 'c, "d"']],
    [{ contains: 30 }, '30'],
    [{ 'word-count': 50 }, { min: 50, max: 50 }],
    [{ 'word-count': '50' }, { min: 50, max: 50 }],
    [{ outcome: 'interrupted' }, ['interrupted']],
    [{ skills: 'refunds' }, ['refunds']],
    [{ equals: 0 }, 0],
    [{ equals: false }, false],
    ['no-loop', 3],
    [{ 'no-loop': 5 }, 5],
    ['is-json', undefined],
    [{ 'is-refusal': null }, undefined],
    [{ 'is-refusal': true }, undefined],
  ])('%j has the arguments %j', async (raw, args) => {
    expect((await expectation(raw)).args).toEqual(args);
  });

  test.each([
    ['contains', [], 'needs a value'],
    [{ type: 'contains' }, ['type'], 'needs a value'],
    [{ contains: '' }, ['contains'], 'must not be empty'],
    [{ contains: ['a'] }, ['contains'], 'must be text'],
    [{ 'contains-all': [] }, ['contains-all'], 'must not be an empty list'],
    [{ 'contains-all': ['a', {}] }, ['contains-all', 1], 'must be'],
    [{ type: 'regex', value: 'a(?=b)' }, ['value'], 'uses a lookahead'],
    [{ latency: 5 }, ['latency'], 'has no unit'],
    [{ type: 'latency', value: 5 }, ['value'], 'has no unit'],
    [{ latency: 'soon' }, ['latency'], 'is not a duration'],
    [{ cost: '2 cents' }, ['cost'], 'amount of money'],
    [{ type: 'cost', threshold: -1 }, ['threshold'], 'must be at least 0'],
    [{ 'word-count': { min: 5, max: 2 } }, ['word-count'], 'has min 5 above max 2'],
    [{ 'word-count': {} }, ['word-count'], 'needs min, max or both'],
    [{ 'json-path': { path: 'a.b' } }, ['json-path', 'path'], 'is not a JSONPath'],
    [{ 'json-path': { path: '$.a', equal: 1 } }, ['json-path', 'equal'], 'is not a key'],
    [{ 'json-schema': { type: 'strng' } }, ['json-schema'], '/type is not a JSON type: "strng"'],
    [{ 'json-schema': { properties: { a: { pattern: '(a' } } } }, ['json-schema'], '/properties/a/pattern'],
    [{ 'json-schema': { patternProperties: {} } }, ['json-schema'], 'patternProperties is not supported'],
    [{ 'json-schema': { $ref: '#/nowhere' } }, ['json-schema'], 'not a usable JSON Schema'],
    [{ 'is-json': 'text' }, ['is-json'], 'is not a JSON Schema'],
    [{ outcome: 'okay' }, ['outcome'], 'must be ok, refused'],
    [{ 'tool-args': { name: 'x' } }, ['tool-args'], 'needs args'],
    [{ 'tool-args': { args: {} } }, ['tool-args'], 'needs name'],
    [{ 'trajectory:step-count': { type: 'reasoning', max: 2 } }, ['trajectory:step-count', 'type'], 'must be tool'],
    [{ 'trajectory:step-count': {} }, ['trajectory:step-count'], 'needs min, max or both'],
    [{ 'no-loop': 1 }, ['no-loop'], 'at least 2'],
    [{ 'no-pii': { kinds: ['name'] } }, ['no-pii', 'kinds', 0], 'must be email'],
    [{ 'is-refusal': 'yes' }, ['is-refusal'], 'takes no value'],
    [{ javascript: 'const a = output' }, ['javascript'], 'it has no value'],
    [{ javascript: 'let a = 1\nlet b = 2' }, ['javascript'], 'it has no value'],
    [{ javascript: 'output ===' }, ['javascript'], 'is not JavaScript'],
    [{ type: 'levenshtein', value: 'x', threshold: '5s' }, ['threshold'], 'must be a number'],
  ])('%j is refused at %j', async (raw, path, message) => {
    const problems = await problemsOf(raw);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.path).toEqual(path);
  });

  test('what is checked survives a trip through JSON, as the snapshot of a fleet needs', async () => {
    const raws = [
      { 'json-path': { path: '$.a', equals: [1] } },
      { 'tool-called': ['a'] },
      { 'no-pii': { allow: 'a@b.co' } },
      { cost: '$1' },
    ];
    for (const raw of raws) {
      const loaded = await expectation(raw);
      expect(JSON.parse(JSON.stringify(loaded))).toEqual(loaded);
    }
  });

  test('never throws, whatever stands there', async () => {
    const raw = fc.oneof(
      fc.dictionary(fc.constantFrom(...assertionNames), fc.jsonValue(), { minKeys: 1, maxKeys: 1 }),
      fc.record({ type: fc.constantFrom(...assertionNames), value: fc.jsonValue(), threshold: fc.double() }, { requiredKeys: ['type'] }),
    );
    await fc.assert(
      fc.asyncProperty(raw, async (value) => {
        const checked = await loadExpectation(value);
        return checked.ok || checked.problems.length > 0;
      }),
      { numRuns: 400 },
    );
  });
});
