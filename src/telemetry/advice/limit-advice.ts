import type { Advice } from './draft.ts';
import { type DayDraws, leastDays } from './estimate.ts';
import { gradedBySpan, tooShort } from './judge-agent.ts';
import type { LimitedRequests } from './read-requests.ts';
import { adviseBudget, leastRequests } from './strategies/budgets.ts';

/** What a limit on the cost of a request would have done to an agent, where enough is known of it. */
export const limitAdvice = ({ evidence, limitNanos, beyond }: LimitedRequests, draws: DayDraws): Advice => {
  if (evidence.span < leastDays) return { drafts: [], lacks: [{ ...tooShort(evidence.span), strategy: 'budget' }] };
  const missing = `fewer than ${leastRequests} requests with a known cost`;
  if (limitNanos === null) return { drafts: [], lacks: [{ strategy: 'budget', missing }] };
  const { drafts, lacks } = adviseBudget(evidence, limitNanos, beyond, draws);
  return { drafts: drafts.map((draft) => gradedBySpan(draft, evidence.span)), lacks };
};
