import { expect, test } from 'vitest';
import { outgoingTrial } from '../../../src/quality/evals/outgoing-trial.ts';
import type { Trial } from '../../../src/quality/evals/trial.ts';
import { noon } from '../../support/facts.ts';

const run = { id: 'r', suite: 'support' };
const aTrial = (parts: Partial<Trial> = {}): Trial => ({
  runId: 'r',
  caseId: 'returns',
  arm: 'candidate',
  index: 0,
  status: 'fail',
  outcome: 'ok',
  reason: 'too long',
  score: 0.5,
  latencyMs: 10,
  ttftMs: null,
  costNanos: 2_000_000,
  judgeNanos: 1_000_000,
  traceId: 'a'.repeat(32),
  startedAt: noon,
  endedAt: noon + 10,
  assertions: [
    { assertion: 'a', pass: true, score: 1, saw: '', message: '', metric: 'tone' },
    { assertion: 'b', pass: false, score: 0, saw: '', message: '', metric: 'tone' },
    { assertion: 'c', pass: false, score: 0, saw: '', message: '', metric: 'taste', advisory: true },
  ],
  conversation: null,
  ...parts,
});
const named = (trial: Trial) => outgoingTrial(run, trial).scores.map(({ name, value }) => [name, value]);

test('a trial is shown with whether it passed, its score and its metrics, without what is advisory', () => {
  expect(named(aTrial())).toEqual([
    ['pass', 0],
    ['score', 0.5],
    ['tone', 0.5],
  ]);
  expect(outgoingTrial(run, aTrial()).costUsd).toBe(0.003);
});

test('what could not be judged has no score', () => expect(named(aTrial({ status: 'error' }))).toEqual([]));

test('texts leave only where they are kept; the same trial and the same case have the same ids for ever', () => {
  const silent = outgoingTrial(run, aTrial());
  expect([silent.input, silent.output]).toEqual([null, null]);
  const said = outgoingTrial(
    run,
    aTrial({
      conversation: [
        { input: 'hi', answer: 'ho' },
        { input: 'and?', answer: 'so' },
      ],
    }),
  );
  expect([said.input, said.output]).toEqual(['["hi","and?"]', 'so']);
  expect([said.id, said.itemId]).toEqual([silent.id, silent.itemId]);
  expect(said.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const other = outgoingTrial({ ...run, id: 's' }, aTrial());
  expect(other.id).not.toBe(said.id);
  expect(other.itemId).toBe(said.itemId);
});
