import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/ground/json.ts';
import { fillText, fillValue, mentions, type Vars } from '../../../src/quality/evals/template.ts';

const filled = (text: string, vars: Vars) => {
  const problems: string[] = [];
  return { text: fillText(text, vars, [], ({ message }) => problems.push(message)), problems };
};

describe('a template', () => {
  const vars: Vars = { name: 'Ann', order: { id: 'A-7', lines: [{ article: 'phone' }] }, count: 3, open: true, none: null, 'a.b': 'whole' };
  test.each([
    ['Hello {{name}}!', 'Hello Ann!'],
    ['{{ name }}{{name}}', 'AnnAnn'],
    ['{{order.id}} {{order.lines.0.article}}', 'A-7 phone'],
    ['{{count}} {{open}} [{{none}}]', '3 true []'],
    ['{{order.lines}}', '[{"article":"phone"}]'],
    ['{{a.b}}', 'whole'],
    ['\\{{name}} {{name}}', '{{name}} Ann'],
    ['{ {name} } {{', '{ {name} } {{'],
  ])('%j becomes %j', (text, becomes) => expect(filled(text, vars)).toEqual({ text: becomes, problems: [] }));

  test.each([
    '{{nmae}}',
    '{{order.nix}}',
    '{{name.length}}',
    '{{constructor}}',
    '{{__proto__.x}}',
    '{{order.lines.1.article}}',
    '{{name | upper}}',
    '{{}}',
    '{{a+b}}',
  ])('%s stays as it is, and is told', (text) => {
    const found = filled(text, vars);
    expect(found.text).toBe(text);
    expect(found.problems).toHaveLength(1);
  });

  test('never looks again at what a variable holds', () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', '\\', '$', '&', '1', ' ') }), (held) => {
        expect(filled('<{{a}}>', { a: held, aa: 'x' })).toEqual({ text: `<${held}>`, problems: [] });
      }),
    ));

  test('leaves a text without braces alone, and every value that holds none', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value).replaceAll('{{', '');
        const plain = JSON.parse(text.includes('{{') ? 'null' : text) as Json;
        expect(fillValue(plain, {}, [], () => expect.unreachable())).toEqual(plain);
      }),
    ));

  test('is told by the name it mentions', () => {
    expect(mentions([{ contains: 'x {{ expected.text }}' }], 'expected')).toBe(true);
    expect(mentions([{ contains: '\\{{expected}} {{unexpected}}' }], 'expected')).toBe(false);
  });
});
