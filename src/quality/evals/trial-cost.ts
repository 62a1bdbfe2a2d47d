import { type GradedConversation, judgingOf, noJudging, sumJudging, totals } from '../expect/conversation.ts';
import type { Judging } from '../expect/port.ts';
import { isNoAnswer } from './breaker.ts';
import { capBlind } from './money-cap.ts';
import type { Trial } from './trial.ts';

/** Nano-dollars; null: it was not answered; `unknown`: it was, and nobody knows what that cost. */
export type Cost = number | null | { readonly unknown: string };

/**
 * What a trial has cost us now: a recorded answer was paid for long ago, and what was not answered tells nothing. An answer is paid for
 * whether or not it could be judged.
 */
export const costOf = ({
  traceId,
  outcome,
  costNanos,
  judgeNanos,
}: Pick<Trial, 'traceId' | 'outcome' | 'costNanos' | 'judgeNanos'>): Cost => {
  const isAsked = traceId !== null;
  const isUnanswered = isAsked && (outcome === null || isNoAnswer(outcome));
  if (isAsked && !isUnanswered && costNanos === null) return { unknown: capBlind('an answer of the agent') };
  if (judgeNanos === null) return { unknown: capBlind('a judge') };
  if (isUnanswered && costNanos === null && judgeNanos === 0) return null;
  return (isAsked ? (costNanos ?? 0) : 0) + judgeNanos;
};

/** What attempts at a trial have cost that could not be finished: of the agent, nano-dollars, and of its judges. */
export interface Paid {
  readonly earlierNanos: number;
  readonly earlierJudging: Judging;
}

export const nothingPaid: Paid = { earlierNanos: 0, earlierJudging: noJudging };

/** All of it, nano-dollars, as far as it is known. */
export const nanosOf = ({ earlierNanos, earlierJudging }: Paid): number => earlierNanos + (earlierJudging.costNanos ?? 0);

export const together = (a: Paid, b: Paid): Paid => ({
  earlierNanos: a.earlierNanos + b.earlierNanos,
  earlierJudging: sumJudging([a.earlierJudging, b.earlierJudging]),
});

/** What is paid once a conversation that broke off is given up as well. */
export const paidFor = ({ graded, ...earlier }: Paid & { readonly graded: GradedConversation }): Paid =>
  together(earlier, { earlierNanos: totals(graded.turns).costNanos ?? 0, earlierJudging: judgingOf(graded) });
