import { describe, expect, test } from 'vitest';
import { gradeOne } from '../../../support/grade.ts';
import { says, turn } from '../../../support/turn.ts';

describe('text assertions', () => {
  test.each<[unknown, string, boolean]>([
    [{ contains: '30 days' }, 'You have 30 days.', true],
    [{ contains: '30 Days' }, 'You have 30 days.', false],
    [{ contains: 30 }, 'You have 30 days.', true],
    [{ icontains: '30 DAYS' }, 'You have 30 days.', true],
    [{ icontains: 'straße' }, 'Die STRASSE', false],
    [{ icontains: 'ÉTÉ' }, 'un été', true],
    [{ 'contains-all': ['a', 'b'] }, 'b a', true],
    [{ 'contains-all': ['a', 'c'] }, 'b a', false],
    [{ 'icontains-all': ['A', 'B'] }, 'b a', true],
    [{ 'contains-any': ['x', 'b'] }, 'b a', true],
    [{ 'contains-any': ['x', 'y'] }, 'b a', false],
    [{ 'icontains-any': ['X', 'B'] }, 'b a', true],
    [{ 'starts-with': 'Yes' }, 'Yes, you can.', true],
    [{ 'starts-with': 'Yes' }, ' Yes', false],
    [{ equals: 'Yes' }, 'Yes', true],
    [{ equals: 'Yes' }, 'Yes ', false],
    [{ equals: 7 }, '7', true],
    [{ equals: { a: 1, b: [2] } }, '{"b":[2],"a":1}', true],
    [{ equals: { a: 1 } }, '{"a":1,"b":2}', false],
    [{ equals: { a: 1 } }, 'no JSON', false],
    [{ regex: '^\\d{4}$' }, '2024', true],
    [{ regex: '/YES/i' }, 'oh yes', true],
    [{ regex: '^no' }, 'oh no', false],
    [{ 'word-count': 3 }, ' one\ntwo  three ', true],
    [{ 'word-count': { min: 1, max: 2 } }, 'one two three', false],
    [{ 'word-count': { max: 3 } }, 'one two three', true],
    [{ 'word-count': { min: 1 } }, '', false],
    [{ levenshtein: 'hello world' }, 'hallo welt', true],
    [{ type: 'levenshtein', value: 'kitten', threshold: 3 }, 'sitting', true],
    [{ type: 'levenshtein', value: 'kitten', threshold: 2 }, 'sitting', false],
    [{ levenshtein: 'short' }, 'x'.repeat(50_000), false],
  ])('%j of %j: %s', async (raw, text, pass) => {
    expect((await gradeOne(raw, says(text))).pass).toBe(pass);
  });

  test('an answer without a text is its structured output', async () => {
    const structured = turn({ text: '', structured: { status: 'shipped' } });
    expect((await gradeOne({ contains: 'shipped' }, structured)).pass).toBe(true);
    expect((await gradeOne({ equals: { status: 'shipped' } }, structured)).pass).toBe(true);
  });

  test('what it saw is the place of the evidence', async () => {
    const { saw, message } = await gradeOne({ contains: 'needle' }, says(`${'hay '.repeat(500)}needle${' hay'.repeat(500)}`));
    expect(saw).toMatch(/^…hay .*needle.* hay…$/);
    expect(saw.length).toBeLessThanOrEqual(202);
    expect(message).toBe('the answer contains "needle"');
  });
});
