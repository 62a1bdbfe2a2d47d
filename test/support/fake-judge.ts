import { noJudging } from '../../src/quality/expect/conversation.ts';
import type { Aids, Hearing, JudgeQuestion, JudgeReply, Judging } from '../../src/quality/expect/port.ts';

/** What one question to a model took. */
export const oneQuestion: Judging = { asked: 1, costNanos: 2_000_000, inputTokens: 300, outputTokens: 20 };

export const passes = (score = 1, reason = 'it fits'): JudgeReply => ({ form: 'rubric', pass: true, score, reason });
export const fails = (score = 0, reason = 'it does not fit'): JudgeReply => ({ form: 'rubric', pass: false, score, reason });

/** A judge whose seats say what a test says; a text is the trouble of a seat. */
export const fakeJudge = (
  seats: readonly (JudgeReply | string)[] | ((question: JudgeQuestion) => readonly (JudgeReply | string)[]),
  advisory: string | null = null,
): { readonly judge: NonNullable<Aids['judge']>; readonly heard: readonly JudgeQuestion[] } => {
  const heard: JudgeQuestion[] = [];
  return {
    heard,
    judge: {
      async hear(question) {
        heard.push(question);
        const said = typeof seats === 'function' ? seats(question) : seats;
        const answers = said.map((each, at): Hearing['seats'][number] =>
          typeof each === 'string'
            ? { judge: `judge-${at}`, reply: null, trouble: each }
            : { judge: `judge-${at}`, reply: each, trouble: null },
        );
        return { seats: answers, advisory, judging: oneQuestion };
      },
    },
  };
};

/** An embedder that finds every text as near to its references as a test says; null: it cannot tell. */
export const fakeEmbedder = (similarity: number | null): NonNullable<Aids['embedder']> => ({
  compare: async (_text, references) =>
    similarity === null
      ? { similarities: null, trouble: 'the server is down', judging: noJudging }
      : { similarities: references.map(() => similarity), trouble: null, judging: oneQuestion },
});
