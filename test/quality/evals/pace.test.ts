import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { afterCut, afterGrades, afterTurn, closedBreaker } from '../../../src/quality/evals/breaker.ts';
import { affordable, reserve, settle, untouchedCap } from '../../../src/quality/evals/money-cap.ts';
import { afterAnswer, afterRefusal, fullPace, type Pace } from '../../../src/quality/evals/pace.ts';
import { oneQuestion } from '../../support/fake-judge.ts';

const refusal = (now: number, retryAfterMs: number | null = null) => ({ sentAt: now, now, retryAfterMs, jitter: 0 });

describe('the pace', () => {
  test('halves once for all that were sent together', () => {
    const cut = afterRefusal(fullPace(16), refusal(100));
    const again = afterRefusal(cut, { sentAt: 50, now: 101, retryAfterMs: null, jitter: 0 });
    expect([cut.limit, again.limit, again.refusals]).toEqual([8, 8, 1]);
  });

  test('never goes below what the agent asked for, whoever says it', () => {
    const cut = afterRefusal(fullPace(16), refusal(100, 2000));
    expect(cut.notBefore).toBe(2100);
    expect(afterRefusal(cut, { sentAt: 50, now: 101, retryAfterMs: 5000, jitter: 0 }).notBefore).toBe(5101);
  });

  test('grows by one a round of answers, up to what the user allows', () => {
    let pace: Pace = afterRefusal(fullPace(4), refusal(0));
    expect(pace.limit).toBe(2);
    for (let answers = 0; answers < 2; answers++) pace = afterAnswer(pace);
    expect(pace.limit).toBe(3);
    for (let answers = 0; answers < 30; answers++) pace = afterAnswer(pace);
    expect(pace.limit).toBe(4);
  });

  test('stays between one and its ceiling whatever happens', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.array(fc.boolean(), { maxLength: 200 }), (ceiling, events) => {
        let pace = fullPace(ceiling);
        for (const [now, isAnswer] of events.entries()) pace = isAnswer ? afterAnswer(pace) : afterRefusal(pace, refusal(now));
        expect(pace.limit).toBeGreaterThanOrEqual(1);
        expect(pace.limit).toBeLessThanOrEqual(ceiling);
      }),
    );
  });
});

describe('the breaker', () => {
  const failed = { outcome: 'unreachable', detail: 'nobody is there' } as const;

  test('opens after failures in a row, and not while an answer comes in between', () => {
    let breaker = closedBreaker;
    for (let turns = 0; turns < 9; turns++) breaker = afterTurn(breaker, failed, 4);
    breaker = afterTurn(breaker, { outcome: 'refused', detail: '' }, 4);
    for (let turns = 0; turns < 9; turns++) breaker = afterTurn(breaker, failed, 4);
    expect(breaker.open).toBeNull();
    expect(afterTurn(breaker, failed, 4).open).toBe('10 questions in a row got no answer: nobody is there');
  });

  test('waits longer where more may fail together, and not at all long for a bad credential', () => {
    let breaker = closedBreaker;
    for (let turns = 0; turns < 39; turns++) breaker = afterTurn(breaker, failed, 20);
    expect(breaker.open).toBeNull();
    let refused = closedBreaker;
    for (let turns = 0; turns < 3; turns++) refused = afterTurn(refused, { outcome: 'unauthorized', detail: 'no' }, 20);
    expect(refused.open).toContain('3 questions');
  });

  test('opens when no judge says anything, answer after answer, and not while one does', () => {
    const silent = [{ judging: oneQuestion, unheard: true as const, message: 'could not be judged: it is down' }];
    const silentFor = (count: number, from = closedBreaker) => {
      let breaker = from;
      for (let answers = 0; answers < count; answers++) breaker = afterGrades(breaker, [...silent, { message: 'contains' }], 4);
      return breaker;
    };
    const heard = afterGrades(silentFor(9), [{ judging: oneQuestion, message: 'the votes are split' }], 4);
    expect(silentFor(9, heard).open).toBeNull();
    expect(silentFor(9, afterGrades(silentFor(0), [{ message: 'contains' }], 4)).open).toBeNull();
    expect(silentFor(10).open).toBe('10 answers in a row could not be judged: it is down');
    expect(afterGrades(silentFor(9), [{ message: 'nobody was asked' }], 4).unheard).toBe(9);
  });

  test('does not wait for a quota without end', () => {
    let pace = fullPace(8);
    for (let cuts = 0; cuts < 7; cuts++) pace = afterRefusal(pace, refusal(cuts));
    expect(afterCut(closedBreaker, pace, 7).open).toBeNull();
    expect(afterCut(closedBreaker, afterRefusal(pace, refusal(8)), 8).open).toContain('8 rounds in a row');
    expect(afterCut(closedBreaker, afterRefusal(fullPace(8), refusal(0, 600_000)), 0).open).toContain('asks to wait 10 m');
  });
});

test('a cap is passed by no more than one trial that is dearer than all before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 200 }),
      fc.infiniteStream(fc.boolean()),
      (capNanos, costs, ends) => {
        let cap = untouchedCap(capNanos, 0, null);
        const flying: { cost: number; heldNanos: number }[] = [];
        let excess = 0;
        const land = () => {
          const one = flying.shift();
          if (one === undefined) return;
          excess += Math.max(0, one.cost - one.heldNanos);
          cap = settle(cap, one.heldNanos, one.cost);
        };
        for (const cost of costs) {
          while (affordable(cap) === 'wait' || (flying.length > 0 && ends.next().value === true)) land();
          if (affordable(cap) === 'no') break;
          const { cap: next, heldNanos } = reserve(cap);
          cap = next;
          flying.push({ cost, heldNanos });
        }
        while (flying.length > 0) land();
        expect(cap.reservedNanos).toBe(0);
        expect(cap.spentNanos).toBeLessThanOrEqual(capNanos + excess);
      },
    ),
  );
});

test('a cap sends the first trial alone, and nothing on guesses after an attempt that was not answered', () => {
  const first = reserve(untouchedCap(100, 0, null));
  expect(affordable(first.cap)).toBe('wait');
  const unanswered = settle(first.cap, first.heldNanos, null);
  expect(affordable(reserve(unanswered).cap)).toBe('wait');
});
