import type { Outcome, Turn } from '../../agents/protocols/port.ts';
import { plural } from '../../ground/output/phrases.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import type { GradedAssertion } from '../expect/grade-turns.ts';
import type { Pace } from './pace.ts';

/** What keeps a dead target from being asked a thousand times, and answers from being paid for that nobody can judge: failures in a row, whatever their number at once. */
export interface Breaker {
  /** Turns in a row that said nothing about the quality of the agent. */
  readonly failures: number;
  /** Answers in a row that no judge said anything of. */
  readonly unheard: number;
  /** Why nothing more is to be sent, one sentence; null: go on. */
  readonly open: string | null;
}

export const closedBreaker: Breaker = { failures: 0, unheard: 0, open: null };

/** Outcomes that are no answer: they say something about the road to the agent, its host or its quota. */
const noAnswer: ReadonlySet<Outcome> = new Set([
  'agent_error',
  'timeout',
  'unreachable',
  'malformed',
  'rate_limited',
  'unauthorized',
  'checker_error',
]);

/** True where an outcome says nothing about the quality of answers, and so may not lower a pass rate. */
export const isNoAnswer = (outcome: Outcome): boolean => noAnswer.has(outcome);

const mostFailures = 10;
/** A credential that is refused will be refused again. */
const mostUnauthorized = 3;
const mostRefusals = 8;
const longestWaitMs = 120_000;

/** After the last turn of a conversation. @param concurrency how many may fail together for one and the same reason */
export const afterTurn = (breaker: Breaker, { outcome, detail }: Pick<Turn, 'outcome' | 'detail'>, concurrency: number): Breaker => {
  if (!isNoAnswer(outcome)) return { ...breaker, failures: 0 };
  // A quota has a rule of its own: see `afterCut`.
  if (outcome === 'rate_limited') return breaker;
  const failures = breaker.failures + 1;
  const most = outcome === 'unauthorized' ? mostUnauthorized : Math.max(mostFailures, 2 * concurrency);
  const open = failures < most ? breaker.open : `${plural(failures, 'question')} in a row got no answer: ${detail}`;
  return { ...breaker, failures, open: breaker.open ?? open };
};

/** After an answer was graded, by models among others. @param concurrency how many may fail together for one and the same reason */
export const afterGrades = (
  breaker: Breaker,
  grades: readonly Pick<GradedAssertion, 'judging' | 'unheard' | 'message'>[],
  concurrency: number,
): Breaker => {
  const modelled = grades.filter(({ judging }) => judging !== undefined);
  const silent = modelled.find((grade) => grade.unheard === true);
  if (modelled.length === 0) return breaker;
  if (silent === undefined || modelled.some((grade) => grade.unheard === undefined)) return { ...breaker, unheard: 0 };
  const unheard = breaker.unheard + 1;
  const open = unheard < Math.max(mostFailures, 2 * concurrency) ? null : `${plural(unheard, 'answer')} in a row ${silent.message}`;
  return { ...breaker, unheard, open: breaker.open ?? open };
};

/** After the pace was cut: an agent that only ever says "too many requests" is not waited for without end. @param now monotonic ms */
export const afterCut = (breaker: Breaker, pace: Pace, now: number): Breaker => {
  const waitMs = pace.notBefore - now;
  const why =
    waitMs > longestWaitMs
      ? `the agent is rate limited and asks to wait ${humanDuration(waitMs)}`
      : pace.refusals >= mostRefusals
        ? `the agent is rate limited: it refused ${pace.refusals} rounds in a row, however slowly it was asked`
        : null;
  return { ...breaker, open: breaker.open ?? why };
};
