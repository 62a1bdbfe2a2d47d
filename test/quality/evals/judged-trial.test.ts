import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/agents/protocols/port.ts';
import { judgedTrial, type TrialFacts } from '../../../src/quality/evals/judged-trial.ts';
import { noJudging } from '../../../src/quality/expect/conversation.ts';
import type { GradedAssertion } from '../../../src/quality/expect/grade-turns.ts';
import { oneQuestion } from '../../support/fake-judge.ts';
import { turn } from '../../support/turn.ts';

const facts: TrialFacts = {
  runId: 'r',
  caseId: 'c',
  arm: 'candidate',
  index: 0,
  traceId: 't',
  startedAt: 1,
  endedAt: 2,
  inputs: ['write to jo@example.org'],
  asked: true,
  earlierNanos: 0,
  earlierJudging: noJudging,
  keepsText: false,
  mask: (text) => text.replaceAll('s3cret', '***'),
};

const aGrade = (parts: Partial<GradedAssertion> = {}): GradedAssertion => ({
  assertion: 'contains',
  wording: 'contains: pong',
  pass: true,
  verdict: 'pass',
  score: 1,
  saw: 'pong',
  message: 'the answer contains "pong"',
  weight: 1,
  metric: null,
  ...parts,
});

const trialOf = (outcome: Outcome, overall: readonly GradedAssertion[] = [], parts: Partial<TrialFacts> = {}) =>
  judgedTrial(
    { turns: [turn({ outcome, text: 'the s3cret of jo@example.org', costNanos: 5 })], byTurn: [[]], overall },
    { ...facts, ...parts },
  );

describe('a trial', () => {
  test.each<[Outcome, string]>([
    ['ok', 'pass'],
    ['refused', 'fail'],
    ['truncated', 'fail'],
    ['interrupted', 'fail'],
    ['agent_error', 'error'],
    ['timeout', 'error'],
    ['unreachable', 'error'],
    ['malformed', 'error'],
    ['rate_limited', 'error'],
    ['unauthorized', 'error'],
    ['checker_error', 'error'],
  ])('that ended with %s is a %s: only an answer says something of quality', (outcome, status) => {
    expect(trialOf(outcome).status).toBe(status);
  });

  test('whose very outcome was expected is judged by that', () => {
    expect(trialOf('timeout', [aGrade({ assertion: 'outcome', wording: 'outcome: timeout' })]).status).toBe('pass');
  });

  test('that could not be judged is an error, and so is one of which nothing could be', () => {
    expect(trialOf('ok', [aGrade({ pass: null, verdict: 'error', score: null })]).status).toBe('error');
    expect(trialOf('ok', [aGrade({ pass: null, verdict: 'skipped', score: null })]).status).toBe('error');
  });

  test('has the weighted mean of what was scored', () => {
    const scored = [aGrade({ weight: 3 }), aGrade({ score: 0, weight: 1 }), aGrade({ score: 0, weight: 0 }), aGrade({ score: null })];
    expect(trialOf('ok', scored).score).toBe(0.75);
    expect(trialOf('ok').score).toBeNull();
  });

  test('that only an uncalibrated judge speaks of is no pass: nothing decided', () => {
    const advice = (pass: boolean) =>
      aGrade({ pass, verdict: pass ? 'pass' : 'fail', score: Number(pass), advisory: 'judge a is not calibrated' });
    for (const pass of [true, false])
      expect(trialOf('ok', [advice(pass)])).toMatchObject({ status: 'error', score: null, assertions: [{ pass, advisory: true }] });
    expect(trialOf('ok', [advice(false), aGrade()])).toMatchObject({ status: 'pass', score: 1 });
  });

  test('shows no key that an agent tells in an error', () => {
    const detail = 'HTTP 401: bad key sk-abcdefghijklmnopqrstuvwxyz123456 of jo@example.org';
    const trial = judgedTrial({ turns: [turn({ outcome: 'unauthorized', detail })], byTurn: [[]], overall: [] }, facts);
    expect(trial.reason).toBe('HTTP 401: bad key [API key] of [email]');
  });

  test('that was not answered costs what was answered before it', () => {
    const unanswered = { turns: [turn({ outcome: 'timeout', costNanos: null })], byTurn: [[]], overall: [] };
    expect(judgedTrial(unanswered, { ...facts, earlierNanos: 7 }).costNanos).toBe(7);
    expect(judgedTrial(unanswered, facts).costNanos).toBeNull();
    const untold = { turns: [turn({ outcome: 'ok', costNanos: null })], byTurn: [[]], overall: [] };
    expect(judgedTrial(untold, { ...facts, earlierNanos: 7 }).costNanos).toBeNull();
  });

  test('is masked throughout, and costs what all its attempts cost', () => {
    const trial = trialOf('ok', [aGrade({ pass: false, verdict: 'fail', saw: 's3cret', message: 'found s3cret' })], {
      earlierNanos: 7,
      earlierJudging: { ...oneQuestion, costNanos: 3 },
    });
    expect(JSON.stringify(trial)).not.toContain('s3cret');
    expect([trial.status, trial.costNanos, trial.judgeNanos]).toEqual(['fail', 12, 3]);
  });

  test('marks what is shown and does not decide', () => {
    const trial = trialOf('ok', [aGrade(), aGrade({ pass: false, verdict: 'fail', weight: 0, advisory: 'its judge is not calibrated' })]);
    expect(trial.status).toBe('pass');
    expect(trial.assertions.map(({ advisory }) => advisory)).toEqual([undefined, true]);
  });

  test('keeps what was said only where that is wanted, without personal data', () => {
    expect(trialOf('ok').conversation).toBeNull();
    expect(trialOf('ok', [], { keepsText: true }).conversation).toEqual([{ input: 'write to [email]', answer: 'the *** of [email]' }]);
  });

  test('of a recorded answer has no outcome of its own', () => {
    expect(trialOf('ok', [], { asked: false, traceId: null }).outcome).toBeNull();
  });
});
