import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { majority, type Vote } from '../../../../src/quality/expect/judges/panel.ts';

const anyVote: fc.Arbitrary<Vote> = fc.record({
  judge: fc.constantFrom('a', 'b', 'c'),
  pass: fc.boolean(),
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  reason: fc.constantFrom('x', 'y', 'z'),
});
const anyPanel = fc
  .tuple(fc.array(anyVote, { maxLength: 9 }), fc.nat({ max: 4 }))
  .map(([votes, empty]) => ({ votes, seats: votes.length + empty }));

const vote = (pass: boolean, score = pass ? 1 : 0, judge = 'a'): Vote => ({ judge, pass, score, reason: `${judge} ${score}` });

describe('a panel', () => {
  test.each([
    ['one judge decides alone', [vote(true, 0.8)], 1, 'pass', 0.8],
    ['two of three', [vote(true, 0.9), vote(false), vote(true, 0.7)], 3, 'pass', 0.8],
    ['two of three, one silent', [vote(false, 0.1), vote(false, 0.3)], 3, 'fail', 0.2],
  ] as const)('%s', (_, votes, seats, verdict, score) => {
    const decision = majority(votes, seats);
    expect(decision.verdict).toBe(verdict);
    expect(decision.verdict === 'split' ? null : decision.score).toBeCloseTo(score);
  });

  test.each([
    ['nobody voted', [], 1],
    ['one against one', [vote(true), vote(false)], 2],
    ['one of three, two silent', [vote(true)], 3],
    ['two of four, two silent', [vote(true), vote(true)], 4],
  ] as const)('abstains: %s', (_, votes, seats) => expect(majority(votes, seats).verdict).toBe('split'));

  test('the order of the votes changes nothing', () => {
    fc.assert(
      fc.property(
        anyPanel.chain(({ votes, seats }) =>
          fc.record({
            votes: fc.constant(votes),
            seats: fc.constant(seats),
            shuffled: fc.shuffledSubarray([...votes], { minLength: votes.length }),
          }),
        ),
        ({ votes, seats, shuffled }) => {
          expect(majority(shuffled, seats)).toEqual(majority(votes, seats));
        },
      ),
    );
  });

  test('a side wins with more than half of all seats and never else; its score lies among those of its votes', () => {
    fc.assert(
      fc.property(anyPanel, ({ votes, seats }) => {
        const decision = majority(votes, seats);
        const passes = votes.filter(({ pass }) => pass).length;
        const fails = votes.length - passes;
        const wanted = passes * 2 > seats ? 'pass' : fails * 2 > seats ? 'fail' : 'split';
        expect(decision.verdict).toBe(wanted);
        if (decision.verdict === 'split') return;
        const scores = votes.filter(({ pass }) => pass === (wanted === 'pass')).map(({ score }) => score);
        expect(decision.score).toBeGreaterThanOrEqual(Math.min(...scores) - 1e-9);
        expect(decision.score).toBeLessThanOrEqual(Math.max(...scores) + 1e-9);
      }),
    );
  });
});
