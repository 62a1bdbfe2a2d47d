import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/ground/json.ts';
import { compileJsonPath } from '../../src/ground/json-path.ts';

const path = (source: string) => {
  const compiled = compileJsonPath(source);
  if (!compiled.ok) throw new Error(compiled.problem);
  return compiled.path;
};
const first = (source: string, value: Json): Json | undefined => path(source).first(value);
const all = (source: string, value: Json): readonly Json[] => path(source).all(value);

const nested = (depth: number): Json => {
  let value: Json = 1;
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
};

describe('compileJsonPath', () => {
  const order = {
    order: {
      items: [
        { sku: 'a', price: 3 },
        { sku: 'b', price: 9 },
      ],
      note: null,
    },
  };

  test.each<[string, Json | undefined]>([
    ['$.order.items[1].sku', 'b'],
    ['$..price', 3],
    ['$.order.items[?@.price > 5].sku', 'b'],
    ['$.order.items[?length(@.sku) == 1].price', 3],
    ['$.order.note', null],
    ['$.order.missing', undefined],
    ["$['order']['items'][-1].price", 9],
  ])('%s', (source, found) => {
    expect(first(source, order)).toEqual(found);
  });

  test('all matches come in document order', () => {
    expect(all('$..sku', order)).toEqual(['a', 'b']);
  });

  test.each([
    ['order.id', 'starts with $'],
    ['$.a[', 'not a JSONPath'],
    ["$[?match(@.a, '(a+)+')]", 'calls match()'],
    ["$[?search(@.a, 'x')]", 'calls search()'],
    ['$[?foo(@.a)]', 'calls foo()'],
  ])('%s is refused', (source, reason) => {
    const compiled = compileJsonPath(source);
    expect(compiled.ok ? '' : compiled.problem).toContain(reason);
  });

  test('asking never throws, whatever the value', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => Array.isArray(all('$..a[?@.b == 1]', value as Json))));
    const deep = nested(50_000);
    expect(first('$..b', deep)).toBeUndefined();
    expect(all('$.list[?@ == $.deep]', { deep, list: [nested(50_000)] })).toEqual([]);
  });
});
