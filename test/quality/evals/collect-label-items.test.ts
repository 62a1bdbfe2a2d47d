import { describe, expect, test } from 'vitest';
import { collectLabelItems } from '../../../src/quality/evals/collect-label-items.ts';
import type { EvalRun } from '../../../src/quality/evals/run.ts';
import { caseWrites } from '../../../src/quality/evals/runs.journal.ts';
import type { Case, LoadedSuite } from '../../../src/quality/evals/suite.ts';
import type { Trial } from '../../../src/quality/evals/trial.ts';
import { trialWrites } from '../../../src/quality/evals/trials.journal.ts';
import { expectation } from '../../support/grade.ts';
import { temporaryJournal } from '../../support/temporary.ts';

const run = { id: 'r1', suite: 'refunds' } as EvalRun;
const long = 'names the deadline in days and says from when on it counts, without inventing exceptions';
const rubric = await expectation({ 'llm-rubric': long });
const facts = await expectation({ factuality: { reference: 'It takes 30 days.', scores: { subset: 0.5 } } });
const words = await expectation({ contains: 'days' });

const aCase = (id: string, parts: Partial<Case> = {}): Case => ({
  id,
  hash: `hash-${id}`,
  severity: 'normal',
  cluster: null,
  tags: [],
  vars: {},
  turns: [{ input: 'How long?', expect: [] }],
  expect: [rubric, words],
  repeats: null,
  timeoutMs: null,
  recorded: null,
  ...parts,
});

const aTrial = (caseId: string, index: number, answers: readonly string[] | null): Trial => ({
  runId: run.id,
  caseId,
  arm: 'candidate',
  index,
  status: 'pass',
  outcome: 'ok',
  reason: '',
  score: 1,
  latencyMs: 1,
  ttftMs: null,
  costNanos: null,
  judgeNanos: 0,
  traceId: null,
  startedAt: 1,
  endedAt: 2,
  assertions: [],
  conversation: answers?.map((answer, at) => ({ input: `question ${at + 1}`, answer })) ?? null,
});

const itemsOf = async (cases: readonly Case[], trials: readonly Trial[], begun: readonly Case[] = cases) => {
  const journal = await temporaryJournal();
  const noted = begun.map(({ id, hash, severity, cluster }, position) => ({ id, hash, severity, cluster, position, repeats: 1 }));
  await journal.commit([...caseWrites(run.id, noted), ...trialWrites(trials)]);
  const suite = {
    async *cases() {
      yield* cases;
    },
  } as unknown as LoadedSuite;
  const { items, changed } = await collectLabelItems(journal, run, suite);
  return {
    items: items.map(({ question: { form, criterion, exchanges } }) => [form, criterion, exchanges.map(({ answer }) => answer)]),
    changed,
  };
};

describe('what of a run can be labelled', () => {
  test('each answer with the whole criterion that a model judges it by, equal ones once', async () => {
    expect(await itemsOf([aCase('a')], [aTrial('a', 0, ['30 days']), aTrial('a', 1, ['30 days']), aTrial('a', 2, ['soon'])])).toEqual({
      items: [
        ['rubric', long, ['30 days']],
        ['rubric', long, ['soon']],
      ],
      changed: 0,
    });
  });

  test('answers inside a conversation with what came before them; what was never reached is left out', async () => {
    const turns = [
      { input: 'question 1', expect: [facts] },
      { input: 'question 2', expect: [] },
    ];
    expect((await itemsOf([aCase('a', { turns })], [aTrial('a', 0, ['x', 'y']), aTrial('a', 1, ['z'])])).items).toEqual([
      ['factuality', 'It takes 30 days.', ['x']],
      ['rubric', long, ['x', 'y']],
      ['factuality', 'It takes 30 days.', ['z']],
    ]);
  });

  test('not by what is asked differently now', async () => {
    const cases = [aCase('a'), aCase('b', { hash: 'new' })];
    const begun = [aCase('a'), aCase('b')];
    expect(await itemsOf(cases, [aTrial('a', 0, ['x']), aTrial('b', 0, ['y'])], begun)).toEqual({
      items: [['rubric', long, ['x']]],
      changed: 1,
    });
  });

  test.each<[string, readonly Case[], readonly Trial[], string]>([
    ['answers that were not kept', [aCase('a')], [aTrial('a', 0, null)], 'run r1 kept no answers: capture is none'],
    [
      'cases that no model judges',
      [aCase('a', { expect: [words] })],
      [aTrial('a', 0, ['x'])],
      'no case of refunds has an assertion that a model judges',
    ],
  ])('says why not: %s', async (_, cases, trials, why) => {
    await expect(itemsOf(cases, trials)).rejects.toMatchObject({ kind: 'usage', message: why });
  });
});
