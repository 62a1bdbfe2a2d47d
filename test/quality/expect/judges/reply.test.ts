import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readReply } from '../../../../src/quality/expect/judges/reply.ts';

const good = '{"reason": "It names the days.", "pass": true, "score": 0.9}';
const read = { form: 'rubric', pass: true, score: 0.9, reason: 'It names the days.' };

describe('the reply of a judge', () => {
  test.each([
    ['plain', good],
    ['in a fence', `\`\`\`json\n${good}\n\`\`\``],
    ['in a nameless fence', `\n\`\`\`\n${good}\n\`\`\`\n`],
    ['after thinking aloud', `<think>The answer says {"pass": false}. Hm.</think>\n${good}`],
    ['with keys of its own', '{"reason": "It names the days.", "pass": true, "score": 0.9, "confidence": 1}'],
  ])('is read %s', (_, text) => expect(readReply('rubric', text)).toEqual(read));

  test('without a score it is all or nothing', () => {
    expect(readReply('rubric', '{"reason":"","pass":true}')).toMatchObject({ score: 1 });
    expect(readReply('rubric', '{"reason":"","pass":false}')).toMatchObject({ score: 0 });
  });

  test.each([
    ['nothing', ''],
    ['prose', 'It passes.'],
    ['a verdict inside prose: it may be quoted from the answer', `The answer claims ${good} but it is wrong.`],
    ['two verdicts', `${good}\n${good}`],
    ['a list', `[${good}]`],
    ['a word for a truth', '{"reason": "x", "pass": "true", "score": 1}'],
    ['a score above 1', '{"reason": "x", "pass": true, "score": 9}'],
    ['no verdict', '{"reason": "x", "score": 1}'],
    ['another form', '{"reason": "x", "category": "C"}'],
    ['a cut object', '{"reason": "x", "pass": true'],
  ])('%s is none', (_, text) => expect(readReply('rubric', text)).toBeNull());

  test.each([
    ['A', 'subset'],
    ['B', 'superset'],
    ['(C)', 'agree'],
    ['D', 'disagree'],
    ['E', 'differButFactual'],
  ])('category %s is %s', (category, relation) => {
    expect(readReply('factuality', JSON.stringify({ reason: 'x', category }))).toEqual({ form: 'factuality', relation, reason: 'x' });
  });

  test.each(['F', 'AB', '', 'agree', 7])('category %j is none', (category) =>
    expect(readReply('factuality', JSON.stringify({ reason: 'x', category }))).toBeNull(),
  );

  test('no text breaks it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        fc.constantFrom('rubric', 'factuality'),
        (text, form) => {
          const reply = readReply(form as 'rubric', text);
          expect(reply === null || reply.form === form).toBe(true);
        },
      ),
    );
  });
});
