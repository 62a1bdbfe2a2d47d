import { type Conversation, converse } from '../../agents/protocols/converse.ts';
import type { Turn } from '../../agents/protocols/port.ts';
import type { World } from '../../fleet/slots.ts';
import { type GradedConversation, isAccepted, isJudgeable } from './conversation.ts';
import { type GradedAssertion, gradeTurns } from './grade-turns.ts';
import type { Aids, Expectation } from './port.ts';

/** A conversation to be held and what is expected of it. */
export interface Examination extends Conversation {
  /** Of each answer, in the order of the inputs. */
  readonly byTurn: readonly (readonly Expectation[])[];
  /** Of the last answer and the conversation as a whole. */
  readonly overall: readonly Expectation[];
}

/** One conversation, graded turn by turn: an outcome that nobody expected ends it, for what follows would judge something else. Never throws. */
export const converseGraded = async (world: World, talk: Examination, aids: Aids, signal: AbortSignal): Promise<GradedConversation> => {
  const grade = async (expected: readonly Expectation[], turns: readonly Turn[]): Promise<readonly GradedAssertion[]> => {
    const last = turns.at(-1);
    return last !== undefined && isJudgeable(last, expected) ? gradeTurns(expected, turns, { inputs: talk.inputs, ...aids }) : [];
  };
  const byTurn: (readonly GradedAssertion[])[] = [];
  const turns = await converse(
    world,
    talk,
    async (soFar) => {
      const last = soFar.at(-1);
      const grades = await grade(talk.byTurn[soFar.length - 1] ?? [], soFar);
      byTurn.push(grades);
      return last !== undefined && isAccepted(last, grades);
    },
    signal,
  );
  const reachedEnd = turns.length >= talk.inputs.length;
  return { turns, byTurn, overall: reachedEnd ? await grade(talk.overall, turns) : [] };
};
