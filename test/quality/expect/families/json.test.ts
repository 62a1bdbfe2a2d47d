import { describe, expect, test } from 'vitest';
import { gradeOne } from '../../../support/grade.ts';
import { says, turn } from '../../../support/turn.ts';

const order = { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '^o-\\d+$' } } };

describe('JSON assertions', () => {
  test.each<[unknown, string, boolean]>([
    ['is-json', '{"a":1}', true],
    ['is-json', ' 7 ', true],
    ['is-json', '```json\n{"a":1}\n```', false],
    ['is-json', '{"a":1', false],
    [{ 'is-json': order }, '{"id":"o-1"}', true],
    [{ 'is-json': order }, '{"id":"x"}', false],
    [{ 'not-is-json': order }, '{"id":"x"}', true],
    ['contains-json', 'Here: ```json\n{"a":{"b":"}"}}\n```', true],
    ['contains-json', 'a {placeholder} and then [1, 2].', true],
    ['contains-json', 'only {words} [here', false],
    ['contains-json', 'seven is 7', false],
    [{ 'contains-json': order }, 'not {"id":"x"} but {"id":"o-2"}', true],
    [{ 'contains-json': order }, 'only {"id":"x"}', false],
    [{ 'json-schema': order }, '{"id":"o-1","more":true}', true],
    [{ 'json-schema': order }, '{}', false],
    [{ 'json-schema': order }, 'text', false],
    [{ 'json-path': '$.a.b' }, '{"a":{"b":null}}', true],
    [{ 'json-path': '$.a.c' }, '{"a":{"b":1}}', false],
    [{ 'json-path': { path: '$.a', exists: false } }, '{"b":1}', true],
    [{ 'json-path': { path: '$.a', exists: false } }, '{"a":1}', false],
    [{ 'json-path': { path: '$.a', equals: { x: [1] } } }, '{"a":{"x":[1]}}', true],
    [{ 'json-path': { path: '$.a', equals: 1 } }, '{"a":"1"}', false],
    [{ 'json-path': { path: '$.tags', contains: 'b' } }, '{"tags":["a","b"]}', true],
    [{ 'json-path': { path: '$.tags', contains: 'c' } }, '{"tags":["a","b"]}', false],
    [{ 'json-path': { path: '$.o', contains: 'key' } }, '{"o":{"key":1}}', true],
    [{ 'json-path': { path: '$.s', contains: 'ship' } }, '{"s":"shipped"}', true],
    [{ 'json-path': { path: '$.s', matches: '(?i)^SHIP' } }, '{"s":"shipped"}', true],
    [{ 'json-path': { path: '$.n', gt: 1, lte: 3 } }, '{"n":3}', true],
    [{ 'json-path': { path: '$.n', lt: 3 } }, '{"n":3}', false],
    [{ 'json-path': { path: '$.n', gte: 3 } }, '{"n":"3"}', false],
    [{ 'json-path': '$.a' }, 'text', false],
  ])('%j of %s: %s', async (raw, text, pass) => {
    expect((await gradeOne(raw, says(text))).pass).toBe(pass);
  });

  test('structured output comes before the text', async () => {
    const both = turn({ text: 'See the attachment.', structured: { id: 'o-3' } });
    expect((await gradeOne({ 'json-schema': order }, both)).pass).toBe(true);
    expect((await gradeOne({ 'json-path': { path: '$.id', equals: 'o-3' } }, both)).saw).toBe('o-3');
  });

  test('says what does not fit, where', async () => {
    const { message } = await gradeOne({ 'json-schema': order }, says('{"id":"x"}'));
    expect(message).toBe('the answer does not fit the schema: #/id: String does not match pattern "^o-\\d+$".');
  });

  test('a pattern that would backtrack without end answers at once', async () => {
    const start = performance.now();
    const { pass } = await gradeOne(
      { 'json-schema': { type: 'string', pattern: '^(a+)+$' } },
      says(JSON.stringify(`${'a'.repeat(50_000)}!`)),
    );
    expect(pass).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('a pattern beside other words of the schema keeps them, and one in an example is left alone', async () => {
    const schema = {
      properties: { pattern: { type: 'number' }, s: { pattern: '^a', allOf: [{ maxLength: 2 }], enum: ['ab', 'b', 'abc'] } },
      examples: [{ pattern: '(?=' }],
    };
    for (const [value, pass] of [
      ['{"s":"ab","pattern":1}', true],
      ['{"s":"b"}', false],
      ['{"s":"abc"}', false],
      ['{"pattern":"x"}', false],
    ] as const) {
      expect((await gradeOne({ 'json-schema': schema }, says(value))).pass, value).toBe(pass);
    }
  });

  test('brackets without end are given up on quickly', async () => {
    const start = performance.now();
    expect((await gradeOne('contains-json', says('[{'.repeat(200_000)))).pass).toBe(false);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
