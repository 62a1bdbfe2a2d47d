import { describe, expect, test } from 'vitest';
import { costOf, nanosOf, paidFor } from '../../../src/quality/evals/trial-cost.ts';
import { noJudging } from '../../../src/quality/expect/conversation.ts';
import { oneQuestion } from '../../support/fake-judge.ts';
import { turn } from '../../support/turn.ts';

type Facts = Parameters<typeof costOf>[0];

describe('what a trial cost', () => {
  const unknown = (what: string) => ({ unknown: expect.stringContaining(`what ${what} cost is not known`) });

  test.each<[string, Partial<Facts>, unknown]>([
    ['an answer and its judge', { costNanos: 5, judgeNanos: 2 }, 7],
    ['an answer that nobody could judge, of no known price', { costNanos: null, judgeNanos: 0 }, unknown('an answer of the agent')],
    ['an answer whose judge has no known price', { costNanos: 5, judgeNanos: null }, unknown('a judge')],
    ['no answer', { outcome: 'timeout', costNanos: null }, null],
    ['no answer at the second attempt', { outcome: 'timeout', costNanos: 4, judgeNanos: 1 }, 5],
    ['no answer to the second turn, and a judge of the first', { outcome: 'agent_error', costNanos: null, judgeNanos: 3 }, 3],
    ['a recorded answer', { traceId: null, outcome: null, costNanos: 9, judgeNanos: 2 }, 2],
    ['a refusal of no known price', { outcome: 'refused', costNanos: null }, unknown('an answer of the agent')],
  ])('%s', (_, facts, cost) => {
    expect(costOf({ traceId: 't', outcome: 'ok', costNanos: 0, judgeNanos: 0, ...facts })).toEqual(cost);
  });

  test('counts the turns before one that met a quota, and their judges', () => {
    const grade = {
      assertion: 'llm-rubric',
      wording: '',
      pass: true,
      verdict: 'pass' as const,
      score: 1,
      saw: '',
      message: '',
      weight: 1,
      metric: null,
    };
    const graded = {
      turns: [turn({ costNanos: 5 }), turn({ outcome: 'rate_limited', costNanos: null })],
      byTurn: [[{ ...grade, judging: { ...oneQuestion, costNanos: 3 } }], []],
      overall: [],
    };
    expect(nanosOf(paidFor({ graded, earlierNanos: 10, earlierJudging: noJudging }))).toBe(18);
  });
});
