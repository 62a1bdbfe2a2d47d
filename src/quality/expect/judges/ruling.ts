import type { JudgeReply, Relation, SeatAnswer } from '../port.ts';
import { type Decision, majority, type Vote } from './panel.ts';

export type RelationScores = Readonly<Record<Relation, number>>;

/** promptfoo's: only a contradiction scores nothing. */
export const usualScores: RelationScores = { subset: 1, superset: 1, agree: 1, disagree: 0, differButFactual: 1 };

const relationText: Readonly<Record<Relation, string>> = {
  subset: 'a part of the reference',
  superset: 'the reference and more',
  agree: 'the same as the reference',
  disagree: 'a contradiction to the reference',
  differButFactual: 'different, but not in the facts',
};

/** By what an author turns replies into votes. */
export interface Rule {
  /** The score that is enough; null: a rubric passes as its judge says, a relation that scores anything passes. */
  readonly threshold: number | null;
  readonly scores: RelationScores;
}

const voteOf = (reply: JudgeReply, { threshold, scores }: Rule): Omit<Vote, 'judge'> => {
  const isEnough = (score: number) => threshold === null || score >= threshold;
  if (reply.form === 'rubric') return { pass: reply.pass && isEnough(reply.score), score: reply.score, reason: reply.reason };
  const score = scores[reply.relation];
  const pass = threshold === null ? score > 0 : isEnough(score);
  return { pass, score, reason: `${relationText[reply.relation]}; ${reply.reason}` };
};

/** What the seats decide together. Those that said nothing that counts stand against every majority. */
export const rulingOf = (seats: readonly SeatAnswer[], rule: Rule): Decision =>
  majority(
    seats.flatMap(({ judge, reply }) => (reply === null ? [] : [{ judge, ...voteOf(reply, rule) }])),
    seats.length,
  );
