import { describe, expect, test } from 'vitest';
import type { Outcome, Turn } from '../../../src/agents/protocols/port.ts';
import { isAccepted, isJudgeable, judgingOf, noJudging, totals } from '../../../src/quality/expect/conversation.ts';
import type { GradedAssertion } from '../../../src/quality/expect/grade-turns.ts';
import { judge } from '../../../src/quality/health/verdict.ts';
import { aCheck } from '../../support/facts.ts';
import { oneQuestion } from '../../support/fake-judge.ts';
import { calls, turn } from '../../support/turn.ts';

const graded = (assertion: string, verdict: GradedAssertion['verdict'], message = `${assertion}: ${verdict}`): GradedAssertion => ({
  assertion,
  wording: assertion,
  verdict,
  pass: verdict === 'pass' ? true : verdict === 'fail' ? false : null,
  score: verdict === 'pass' ? 1 : verdict === 'fail' ? 0 : null,
  saw: '',
  message,
  weight: 1,
  metric: null,
});

const once = (answer: Turn, overall: readonly GradedAssertion[] = []) => judge(aCheck(), { turns: [answer], byTurn: [[]], overall }, 1);

describe('an expectation of weight 0', () => {
  const informs = (grade: GradedAssertion): GradedAssertion => ({ ...grade, weight: 0 });

  test.each(['fail', 'error', 'skipped'] as const)('that came out %s leaves a good answer good', (verdict) => {
    expect(once(turn({ text: 'yes' }), [informs(graded('contains', verdict))])).toEqual({ status: 'pass', reason: '' });
    const beside = [informs(graded('contains', verdict)), graded('regex', 'fail'), graded('latency', 'pass')];
    expect(once(turn({ text: 'yes' }), beside)).toEqual({ status: 'fail', reason: 'regex: fail' });
  });

  test('makes no bad outcome good, and speaks for no silence', () => {
    expect(once(turn({ outcome: 'timeout' }), [informs(graded('outcome', 'pass'))]).status).toBe('fail');
    expect(once(turn({ text: '' }), [informs(graded('equals', 'pass'))]).status).toBe('fail');
  });
});

describe('what an outcome means', () => {
  test.each<[Outcome, string]>([
    ['ok', 'pass'],
    ['refused', 'fail'],
    ['interrupted', 'fail'],
    ['truncated', 'fail'],
    ['agent_error', 'fail'],
    ['timeout', 'fail'],
    ['unreachable', 'fail'],
    ['malformed', 'fail'],
    ['rate_limited', 'error'],
    ['unauthorized', 'error'],
    ['checker_error', 'error'],
  ])('%s without assertions is %s', (outcome, status) => {
    const { status: judged, reason } = once(turn({ outcome }));
    expect(judged).toBe(status);
    expect(reason === '').toBe(status === 'pass');
  });

  test.each<[Outcome, string]>([
    ['ok', 'pass'],
    ['refused', 'fail'],
    ['truncated', 'fail'],
    ['timeout', 'fail'],
    ['checker_error', 'error'],
  ])('%s beside an assertion that passes is %s', (outcome, status) =>
    expect(once(turn({ outcome }), [graded('contains', 'pass')]).status).toBe(status),
  );

  test.each<[Outcome, string]>([
    ['interrupted', 'pass'],
    ['refused', 'pass'],
    ['truncated', 'pass'],
    ['agent_error', 'pass'],
    ['timeout', 'pass'],
    ['unreachable', 'pass'],
    ['malformed', 'pass'],
    ['rate_limited', 'pass'],
    ['unauthorized', 'pass'],
    ['checker_error', 'error'],
  ])('%s that was expected by outcome is %s', (outcome, status) =>
    expect(once(turn({ outcome }), [graded('outcome', 'pass')]).status).toBe(status),
  );

  test.each<[Outcome, string]>([
    ['refused', 'pass'],
    ['ok', 'pass'],
    ['truncated', 'fail'],
    ['interrupted', 'fail'],
  ])('%s beside a passed is-refusal is %s', (outcome, status) =>
    expect(once(turn({ outcome }), [graded('is-refusal', 'pass')]).status).toBe(status),
  );

  test('a refusal that was expected is still held against the other assertions', () =>
    expect(once(turn({ outcome: 'refused' }), [graded('is-refusal', 'pass'), graded('contains', 'fail', 'no "sorry"')])).toEqual({
      status: 'fail',
      reason: 'no "sorry"',
    }));

  test('not-outcome says what it must not be, and does not excuse what it is', () =>
    expect(once(turn({ outcome: 'truncated' }), [graded('not-outcome', 'pass')]).status).toBe('fail'));

  test('what the protocol told is the reason', () =>
    expect(once(turn({ outcome: 'unreachable', detail: 'a.example refused the connection' })).reason).toBe(
      'a.example refused the connection',
    ));

  test('nothing asked is an error', () =>
    expect(judge(aCheck(), { turns: [], byTurn: [], overall: [] }, 1)).toEqual({ status: 'error', reason: 'nothing was asked' }));
});

describe('assertions on an answer', () => {
  test('a failed one fails the check and says how many more there are', () =>
    expect(once(turn(), [graded('a', 'pass'), graded('b', 'fail', 'no b'), graded('c', 'fail'), graded('d', 'error')])).toEqual({
      status: 'fail',
      reason: 'no b (and 1 more)',
    }));
  test('one that could not be judged is an error', () =>
    expect(once(turn(), [graded('a', 'pass'), graded('b', 'error', 'no judge')])).toEqual({ status: 'error', reason: 'no judge' }));
  test('one that was skipped does not count beside others', () =>
    expect(once(turn(), [graded('cost', 'skipped'), graded('contains', 'pass')]).status).toBe('pass'));
  test('where every one was skipped nothing was judged, which is no pass', () =>
    expect(once(turn(), [graded('cost', 'skipped', 'the cost is unknown'), graded('max-tokens', 'skipped')])).toEqual({
      status: 'skipped',
      reason: 'nothing it expects could be judged: the cost is unknown',
    }));
});

describe('an answer that is empty', () => {
  const silent = turn({ text: ' \n' });
  const said = 'the agent answered without saying anything';

  test.each([
    ['nothing was expected', []],
    ['only what silence passes too was expected', ['latency', 'no-pii', 'not-contains', 'not-equals']],
  ])('fails where %s', (_, names) =>
    expect(
      once(
        silent,
        names.map((name) => graded(name, 'pass')),
      ),
    ).toEqual({ status: 'fail', reason: said }),
  );

  test.each(['equals', 'outcome', 'regex'])('passes where %s expected it', (name) =>
    expect(once(silent, [graded('latency', 'pass'), graded(name, 'pass')]).status).toBe('pass'),
  );

  test.each([
    ['a tool was called', { toolCalls: calls(['search']).toolCalls }],
    ['structured output was given', { structured: { ok: true } }],
  ])('is none where %s', (_, told) => expect(once({ ...silent, ...told }).status).toBe('pass'));

  test('is not asked of a probe, which sends no prompt', () =>
    expect(judge(aCheck({ kind: 'probe' }), { turns: [silent], byTurn: [[]], overall: [] }, 1).status).toBe('pass'));
});

describe('degraded', () => {
  const check = aCheck({ degraded: { latencyMs: 1000, ttftMs: 300, costNanos: 2_000_000 } });
  const answered = (totalMs: number, firstTokenMs: number | null, costNanos: number | null) =>
    turn({ costNanos, timings: { connectMs: 1, firstByteMs: 2, firstTokenMs, longestGapMs: null, totalMs } });
  const look = (answer: Turn, attempts = 1) => judge(check, { turns: [answer], byTurn: [[]], overall: [] }, attempts);

  test.each([
    ['at every limit', answered(1000, 300, 2_000_000), 'pass', ''],
    ['nothing known but time', answered(10, null, null), 'pass', ''],
    ['slow', answered(1240, null, null), 'degraded', 'took 1.24 s, above 1.00 s'],
    ['a late first token', answered(900, 301, null), 'degraded', 'first token after 301 ms, above 300 ms'],
    ['dear', answered(10, null, 4_200_000), 'degraded', 'cost $0.0042, above $0.0020'],
  ] as const)('%s', (_, answer, status, reason) => expect(look(answer)).toEqual({ status, reason }));

  test('a pass on the second attempt is not a plain pass', () =>
    expect(look(answered(10, null, null), 2)).toEqual({ status: 'degraded', reason: 'passed only on attempt 2' }));
  test('a failure stays a failure however slow', () =>
    expect(judge(check, { turns: [answered(5000, null, null)], byTurn: [[]], overall: [graded('a', 'fail')] }, 2).status).toBe('fail'));
});

describe('several turns', () => {
  test('a failed assertion on an early turn fails the check', () =>
    expect(judge(aCheck(), { turns: [turn(), turn()], byTurn: [[graded('contains', 'fail', 'no id')], []], overall: [] }, 1)).toEqual({
      status: 'fail',
      reason: 'no id',
    }));

  test('an outcome that was expected of an early turn does not excuse the last one', () =>
    expect(
      judge(aCheck(), { turns: [turn(), turn({ outcome: 'truncated' })], byTurn: [[graded('outcome', 'pass')], []], overall: [] }, 1),
    ).toEqual({ status: 'fail', reason: 'the answer was cut off' }));

  test('time and money are those of the whole conversation, the first token that of its slowest turn', () => {
    const took = (totalMs: number, firstTokenMs: number | null, costNanos: number | null, costSource: Turn['costSource'] = null) =>
      turn({ costNanos, costSource, timings: { connectMs: null, firstByteMs: null, firstTokenMs, longestGapMs: null, totalMs } });
    const talk = [took(100.04, 10, 5, 'list'), took(200, 40, null), took(1, null, 7, 'reported')];
    expect(totals(talk)).toEqual({ latencyMs: 301, ttftMs: 40, costNanos: 12, costSource: 'list' });
    expect(totals(talk.slice(1)).costSource).toBe('reported');
    expect(totals([took(1, null, null)])).toEqual({ latencyMs: 1, ttftMs: null, costNanos: null, costSource: null });
    expect(totals([])).toEqual({ latencyMs: null, ttftMs: null, costNanos: null, costSource: null });
  });
});

describe('what does not decide', () => {
  const advisory = (verdict: GradedAssertion['verdict']) => ({ ...graded('llm-rubric', verdict), advisory: 'judge a is not calibrated' });
  const similar = (verdict: GradedAssertion['verdict'], name = 'similar') => graded(name, verdict);

  test.each<[string, readonly GradedAssertion[], string, string]>([
    ['an advisory fail beside a pass', [advisory('fail'), graded('contains', 'pass')], 'pass', ''],
    ['an advisory error beside a pass', [advisory('error'), graded('contains', 'pass')], 'pass', ''],
    ['an advisory pass beside a fail', [advisory('pass'), graded('contains', 'fail', 'no id')], 'fail', 'no id'],
    ['advice alone', [advisory('pass')], 'skipped', 'nothing it expects may decide: judge a is not calibrated'],
    ['bad advice alone', [advisory('fail')], 'skipped', 'nothing it expects may decide: judge a is not calibrated'],
    [
      'likeness alone',
      [similar('fail')],
      'skipped',
      'nothing it expects may decide: similar never decides alone; expect something else beside it',
    ],
    [
      'unlikeness alone',
      [similar('pass', 'not-similar')],
      'skipped',
      'nothing it expects may decide: similar never decides alone; expect something else beside it',
    ],
    ['likeness beside advice', [similar('fail'), advisory('pass')], 'skipped', 'nothing it expects may decide: judge a is not calibrated'],
    ['likeness beside what decides', [similar('fail'), graded('contains', 'pass')], 'fail', 'similar: fail'],
  ])('%s', (_, grades, status, reason) => {
    expect(once(turn(), grades)).toEqual({ status, reason });
  });

  test('a pass that is only advice does not excuse silence', () =>
    expect(once(turn({ text: '' }), [advisory('pass'), graded('latency', 'pass')]).status).toBe('fail'));

  test('what judges took is summed up; one unknown price makes the sum unknown', () => {
    const judged = (parts: Partial<typeof oneQuestion> = {}) => ({
      ...graded('llm-rubric', 'pass'),
      judging: { ...oneQuestion, ...parts },
    });
    expect(judgingOf({ byTurn: [[judged()], [graded('contains', 'pass')]], overall: [judged()] })).toEqual({
      asked: 2,
      costNanos: 4_000_000,
      inputTokens: 600,
      outputTokens: 40,
    });
    expect(judgingOf({ byTurn: [], overall: [judged(), judged({ costNanos: null })] }).costNanos).toBeNull();
    expect(judgingOf({ byTurn: [[]], overall: [] })).toEqual(noJudging);
  });
});

test('only what was said, or an assertion on the outcome itself, can be judged', () => {
  expect(isJudgeable(turn({ outcome: 'truncated' }), [{ base: 'contains' }])).toBe(true);
  expect(isJudgeable(turn({ outcome: 'timeout' }), [{ base: 'contains' }])).toBe(false);
  expect(isJudgeable(turn({ outcome: 'timeout' }), [{ base: 'outcome' }])).toBe(true);
});

test('our own fault is never accepted', () =>
  expect(isAccepted(turn({ outcome: 'checker_error' }), [graded('outcome', 'pass')])).toBe(false));
