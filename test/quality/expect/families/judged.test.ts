import { describe, expect, test } from 'vitest';
import { decides } from '../../../../src/quality/expect/conversation.ts';
import { loadExpectation } from '../../../../src/quality/expect/load-expectation.ts';
import type { JudgeReply, Relation } from '../../../../src/quality/expect/port.ts';
import { fails, fakeEmbedder, fakeJudge, oneQuestion, passes } from '../../../support/fake-judge.ts';
import { expectation, gradeOne } from '../../../support/grade.ts';
import { says, turn } from '../../../support/turn.ts';

const relation = (kind: Relation): JudgeReply => ({ form: 'factuality', relation: kind, reason: 'compared' });

describe('llm-rubric', () => {
  test.each<[string, unknown, readonly (JudgeReply | string)[], boolean | null, number | null]>([
    ['the judge passes it', { 'llm-rubric': 'polite' }, [passes(0.9)], true, 0.9],
    ['the judge fails it', { 'llm-rubric': 'polite' }, [fails(0.2)], false, 0.2],
    ['a threshold is missed although it passes', { type: 'llm-rubric', value: 'polite', threshold: 0.8 }, [passes(0.7)], false, 0.7],
    ['a threshold is met', { type: 'llm-rubric', value: 'polite', threshold: 0.7 }, [passes(0.7)], true, 0.7],
    ['a fail with a high score fails', { type: 'llm-rubric', value: 'polite', threshold: 0.5 }, [fails(0.9)], false, 0.9],
    ['the opposite', { 'not-llm-rubric': 'rude' }, [fails(0.1)], true, 0.9],
    ['a majority', { 'llm-rubric': 'polite' }, [passes(1), fails(), passes(0.8)], true, 0.9],
    ['a majority with a silent seat', { 'llm-rubric': 'polite' }, [passes(1), 'it is down', passes(1)], true, 1],
    ['a split', { 'llm-rubric': 'polite' }, [passes(), fails()], null, null],
    ['a split is none the other way round either', { 'not-llm-rubric': 'polite' }, [passes(), fails()], null, null],
    ['nobody answers', { 'llm-rubric': 'polite' }, ['it is down'], null, null],
    ['one of three answers', { 'llm-rubric': 'polite' }, [fails(), 'down', 'down'], null, null],
  ])('%s', async (_, raw, seats, pass, score) => {
    const grade = await gradeOne(raw, says('Hello.'), fakeJudge(seats));
    expect(grade.pass).toBe(pass);
    expect(grade.verdict).toBe(pass === null ? 'error' : pass ? 'pass' : 'fail');
    if (score === null) expect(grade.score).toBeNull();
    else expect(grade.score).toBeCloseTo(score);
    expect(grade.judging).toEqual(oneQuestion);
  });

  test('says who said what', async () => {
    expect((await gradeOne({ 'llm-rubric': 'x' }, says('Hi.'), fakeJudge([fails(0.25, 'It is\ncurt.')]))).message).toBe(
      'the judge says fail, with a score of 0.25: It is curt.',
    );
    expect((await gradeOne({ 'llm-rubric': 'x' }, says('Hi.'), fakeJudge([passes(1, 'a'), passes(0.5, 'b'), fails()]))).message).toMatch(
      /^2 of 3 votes say pass, with a score of 0\.75: /,
    );
    expect((await gradeOne({ 'llm-rubric': 'x' }, says('Hi.'), fakeJudge([passes(), fails(), 'it is down']))).message).toBe(
      'could not be judged: the votes are split, 1 pass and 1 fail of 3; judge-2: it is down',
    );
  });

  test('the judge reads what was asked and answered', async () => {
    const { judge, heard } = fakeJudge([passes()]);
    await gradeOne({ 'llm-rubric': 'polite' }, turn({ text: '', structured: { id: 7 } }), { judge, inputs: ['Who?'] });
    await gradeOne({ 'llm-rubric': 'polite' }, says('Hi.'), { judge });
    expect(heard.map(({ exchanges }) => exchanges)).toEqual([[{ input: 'Who?', answer: '{"id":7}' }], [{ input: null, answer: 'Hi.' }]]);
  });

  test('an uncalibrated judge is heard, and decides nothing', async () => {
    const grade = await gradeOne(
      { type: 'llm-rubric', value: 'polite', weight: 3 },
      says('Hi.'),
      fakeJudge([fails()], 'judge a is not calibrated'),
    );
    expect(grade).toMatchObject({ pass: false, advisory: 'judge a is not calibrated' });
    expect(decides(grade)).toBe(false);
    expect(grade.message).toMatch(/ \(advisory: judge a is not calibrated\)$/);
  });

  test('without a judge it is an error of its own', async () =>
    expect(await gradeOne({ 'llm-rubric': 'polite' }, says('Hi.'))).toMatchObject({
      verdict: 'error',
      message: 'llm-rubric needs a judge, and none is there',
    }));
});

describe('factuality', () => {
  test.each<[Relation, boolean]>([
    ['subset', true],
    ['superset', true],
    ['agree', true],
    ['disagree', false],
    ['differButFactual', true],
  ])('%s: %s, as in promptfoo', async (kind, pass) =>
    expect(await gradeOne({ factuality: 'It takes 30 days.' }, says('x'), fakeJudge([relation(kind)]))).toMatchObject({
      pass,
      score: pass ? 1 : 0,
    }),
  );

  test('scores of its own', async () => {
    const value = { reference: 'It takes 30 days.', scores: { subset: 0.4, superset: 0 } };
    const of = (kind: Relation, threshold?: number) =>
      gradeOne({ type: 'factuality', value, ...(threshold === undefined ? {} : { threshold }) }, says('x'), fakeJudge([relation(kind)]));
    expect(await of('subset')).toMatchObject({ pass: true, score: 0.4 });
    expect(await of('subset', 0.5)).toMatchObject({ pass: false, score: 0.4 });
    expect(await of('superset')).toMatchObject({ pass: false, score: 0 });
    expect(await of('agree', 0.5)).toMatchObject({ pass: true, score: 1 });
  });

  test('says how the facts lie', async () =>
    expect((await gradeOne({ factuality: 'x' }, says('y'), fakeJudge([relation('disagree')]))).message).toBe(
      'the judge says fail, with a score of 0.00: a contradiction to the reference; compared',
    ));
});

describe('similar', () => {
  test.each<[unknown, number, boolean]>([
    [{ similar: 'a' }, 0.75, true],
    [{ similar: 'a' }, 0.7, false],
    [{ similar: ['a', 'b'] }, 0.8, true],
    [{ type: 'similar', value: 'a', threshold: 0.9 }, 0.8, false],
    [{ 'not-similar': 'a' }, 0.2, true],
  ])('%j at %d: %s', async (raw, similarity, pass) =>
    expect((await gradeOne(raw, says('x'), { embedder: fakeEmbedder(similarity) })).pass).toBe(pass),
  );

  test('a score is a share, even of opposites', async () =>
    expect((await gradeOne({ similar: 'a' }, says('x'), { embedder: fakeEmbedder(-0.4) })).score).toBe(0));

  test('what cannot be compared is an error', async () =>
    expect(await gradeOne({ similar: 'a' }, says('x'), { embedder: fakeEmbedder(null) })).toMatchObject({
      verdict: 'error',
      message: 'could not be compared: the server is down',
    }));
});

describe('the words of an author', () => {
  test.each<[unknown, string]>([
    [{ 'llm-rubric': '' }, 'must not be empty'],
    ['llm-rubric', 'needs a value'],
    [{ factuality: { scores: {} } }, 'is missing'],
    [{ factuality: { reference: 'x', scores: { agreed: 1 } } }, 'is not a key'],
    [{ factuality: { reference: 'x', scores: { agree: 2 } } }, ''],
    [{ similar: [] }, 'must not be an empty list'],
    [{ type: 'contains', value: 'x', judge: 'strict' }, 'means nothing for contains'],
    [{ type: 'llm-rubric', value: 'x', judge: 7 }, 'must be a name'],
  ])('%j is refused', async (raw, message) => {
    const checked = await loadExpectation(raw);
    expect(checked.ok).toBe(false);
    if (!checked.ok) expect(checked.problems.map((problem) => problem.message).join('; ')).toContain(message);
  });

  test('a judge may be named', async () =>
    expect((await expectation({ type: 'llm-rubric', value: 'x', judge: 'strict' })).judge).toBe('strict'));
});
