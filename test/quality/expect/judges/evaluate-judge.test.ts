import { expect, test } from 'vitest';
import { evaluateJudge } from '../../../../src/quality/expect/judges/evaluate-judge.ts';
import { type LabelWord, labelId } from '../../../../src/quality/expect/judges/label.ts';
import type { JudgeQuestion } from '../../../../src/quality/expect/port.ts';
import { fails, fakeJudge, passes } from '../../../support/fake-judge.ts';

const item = (answer: string, label: LabelWord | null, form: JudgeQuestion['form'] = 'rubric') => {
  const question = { form, criterion: 'polite', exchanges: [{ input: null, answer }] };
  return { id: labelId(question), question, label };
};

test('holds a judge against people, form by form, and tells where they differ', async () => {
  const { judge, heard } = fakeJudge(({ form, exchanges }) => {
    const answer = exchanges[0]?.answer ?? '';
    if (form === 'factuality') return [{ form, relation: answer.includes('good') ? 'agree' : 'disagree', reason: 'facts' }];
    if (answer.includes('split')) return [passes(), fails()];
    return [answer.includes('good') ? passes() : fails(0, 'rude')];
  });
  const seen: string[] = [];
  const evaluations = await evaluateJudge(
    judge,
    'strict',
    [
      item('good 1', 'pass'),
      item('bad 1', 'fail'),
      item('bad 2', 'pass'),
      item('split', 'fail'),
      item('good 2', 'skip'),
      item('good 3', null),
      item('good', 'pass', 'factuality'),
      item('bad', 'fail', 'factuality'),
    ],
    (done, total) => seen.push(`${done}/${total}`),
  );
  expect(heard).toHaveLength(6);
  expect(seen.at(-1)).toBe('6/6');
  const [rubric, factuality] = evaluations;
  expect(rubric).toMatchObject({
    form: 'rubric',
    calibration: { labels: 3, humanPasses: 2, abstained: 1, agreement: { hits: 2, of: 3 } },
    judging: { asked: 4, costNanos: 8_000_000 },
    disagreements: [
      { answer: 'bad 2', human: 'pass', judge: 'fail', reason: 'rude' },
      { answer: 'split', human: 'fail', judge: null, reason: 'the votes are split' },
    ],
  });
  expect(factuality).toMatchObject({ form: 'factuality', calibration: { labels: 2, kappa: 1 }, disagreements: [] });
});
