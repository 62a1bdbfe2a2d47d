import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../src/ground/json.ts';
import { embeddedJson } from '../../../src/quality/expect/embedded-json.ts';

test.each<[string, Json[]]>([
  ['{"a":{"b":[1]}}', [{ a: { b: [1] } }]],
  ['first {"a":1}, then [2], not {3}', [{ a: 1 }, [2]]],
  ['a brace } and a text {"a":"\\"}{"} end', [{ a: '"}{' }]],
  ['{unclosed {"a":1}', [{ a: 1 }]],
  ['none', []],
])('%s', (text, values) => {
  expect(embeddedJson(text)).toEqual(values);
});

test('an object is found in any prose without brackets and quotes', () => {
  const prose = fc.string().map((text) => text.replace(/["[\]{}]/g, ''));
  fc.assert(
    fc.property(prose, fc.dictionary(fc.string(), fc.jsonValue()), prose, (before, value, after) => {
      const json = JSON.stringify(value);
      expect(embeddedJson(before + json + after)).toEqual([JSON.parse(json)]);
    }),
  );
});
