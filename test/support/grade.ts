import type { Turn } from '../../src/agents/protocols/port.ts';
import { type GradedAssertion, gradeTurns } from '../../src/quality/expect/grade-turns.ts';
import { loadExpectation } from '../../src/quality/expect/load-expectation.ts';
import type { Aids, Expectation } from '../../src/quality/expect/port.ts';

/** The expectation behind what an author wrote; throws what is wrong with it. */
export const expectation = async (raw: unknown): Promise<Expectation> => {
  const checked = await loadExpectation(raw);
  if (!checked.ok) throw new Error(checked.problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  return checked.expectation;
};

/** One turn judged by one expectation as an author writes it. */
export const gradeOne = async (raw: unknown, turn: Turn, aids: Aids = {}): Promise<GradedAssertion> => {
  const [grade] = await gradeTurns([await expectation(raw)], [turn], aids);
  if (grade === undefined) throw new Error('there is no grade');
  return grade;
};
