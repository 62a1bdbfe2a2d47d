import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LabelItem, labelId, labelLine, readLabels } from '../../../../src/quality/expect/judges/label.ts';
import type { JudgeQuestion } from '../../../../src/quality/expect/port.ts';

const words = fc.string();
const question: fc.Arbitrary<JudgeQuestion> = fc.record({
  form: fc.constantFrom('rubric' as const, 'factuality' as const),
  criterion: fc.string({ minLength: 1 }),
  exchanges: fc.array(fc.record({ input: fc.option(words), answer: words }), { minLength: 1, maxLength: 3 }),
});
const item: fc.Arbitrary<LabelItem> = fc
  .record({ question, label: fc.option(fc.constantFrom('pass' as const, 'fail' as const, 'skip' as const)) })
  .map((parts) => ({ id: labelId(parts.question), ...parts }));

const problemsOf = (lines: string) =>
  (readLabels(lines).problems ?? []).map(({ line, problem }) => `${line}: ${problem.path.join('.')} ${problem.message}`);

describe('a file of labels', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(item, { selector: ({ id }) => id, maxLength: 5 }), (items) => {
        expect(readLabels(items.map((each) => `${labelLine(each)}\n`).join('')).items).toEqual(items);
      }),
    );
  });

  test('may be written by hand', () => {
    const { items } = readLabels(
      '{"input":"How long?","answer":"30 days","rubric":"names it","label":"pass","note":"sure"}\n\n{"answer":"x","reference":"y"}',
    );
    expect(items?.map(({ question: asked, label }) => [asked.form, asked.criterion, asked.exchanges, label])).toEqual([
      ['rubric', 'names it', [{ input: 'How long?', answer: '30 days' }], 'pass'],
      ['factuality', 'y', [{ input: null, answer: 'x' }], null],
    ]);
  });

  test('the last label of a question holds', () => {
    const line = (label: string) => JSON.stringify({ answer: 'a', rubric: 'r', label });
    expect(readLabels(`${line('pass')}\n${line('fail')}`).items?.map(({ label }) => label)).toEqual(['fail']);
  });

  test.each([
    ['no JSON', '1:  the line is not JSON'],
    ['{"answer":"a","rubric":"r"}\n{"answer":7,"rubric":"r"}', '2: answer must be text'],
    ['{"answer":"a"}', '1:  needs either rubric'],
    ['{"answer":"a","rubric":"r","reference":"f"}', '1:  needs either rubric'],
    ['{"answer":"a","rubric":"r","label":"good"}', '1: label must be pass, fail or skip'],
    ['{"answer":"a","rubrik":"r"}', '1: rubrik is not a key'],
  ])('%s is told with its line', (lines, told) => expect(problemsOf(lines).join('\n')).toContain(told));
});
