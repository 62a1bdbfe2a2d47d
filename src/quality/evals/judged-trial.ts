import type { Turn } from '../../agents/protocols/port.ts';
import { keptText } from '../../ground/redaction/kept-text.ts';
import { redact } from '../../ground/redaction/redaction.ts';
import { decides, type GradedConversation, isAccepted, judgeConversation, judgingOf, sumJudging, totals } from '../expect/conversation.ts';
import type { GradedAssertion } from '../expect/grade-turns.ts';
import type { Judging } from '../expect/port.ts';
import { isNoAnswer } from './breaker.ts';
import type { Trial, TrialAssertion, TrialStatus } from './trial.ts';

/** What is known of a trial beside the conversation itself. */
export interface TrialFacts extends Pick<Trial, 'runId' | 'caseId' | 'arm' | 'index' | 'traceId' | 'startedAt' | 'endedAt'> {
  /** What was said, one for each turn of the case. */
  readonly inputs: readonly string[];
  /** False: the answer was recorded in production, and nothing was asked. */
  readonly asked: boolean;
  /** Nano-dollars of attempts before this one that did not end well. */
  readonly earlierNanos: number;
  /** What the judges of those attempts took. */
  readonly earlierJudging: Judging;
  /** Whether what was said may be kept: `capture: io`. */
  readonly keepsText: boolean;
  /** Takes secrets out of a text. */
  readonly mask: (text: string) => string;
}

/** One finished conversation as a trial: masked, and with its text only where that may be kept. */
export const judgedTrial = (graded: GradedConversation, facts: TrialFacts): Trial => {
  const { runId, caseId, arm, index, traceId, startedAt, endedAt, asked, inputs, mask } = facts;
  const { status, reason } = statusOf(graded);
  const { latencyMs, ttftMs, costNanos } = totals(graded.turns);
  const grades = gradesOf(graded);
  return {
    runId,
    caseId,
    arm,
    index,
    status,
    outcome: asked ? (graded.turns.at(-1)?.outcome ?? null) : null,
    // An agent may say anything in an error, its caller's key too.
    reason: redact(mask(reason)),
    score: scoreOf(grades),
    latencyMs,
    ttftMs,
    costNanos: costNanos === null && (facts.earlierNanos === 0 || isAnswered(graded)) ? null : (costNanos ?? 0) + facts.earlierNanos,
    judgeNanos: sumJudging([facts.earlierJudging, judgingOf(graded)]).costNanos,
    traceId,
    startedAt,
    endedAt,
    assertions: grades.map((grade) => assertionOf(grade, mask)),
    conversation: facts.keepsText
      ? graded.turns.map(({ text }, at) => ({ input: keptText(mask(inputs[at] ?? '')), answer: keptText(mask(text)) }))
      : null,
  };
};

/** Whether the last question was answered at all, rightly or not. */
const isAnswered = ({ turns }: GradedConversation): boolean =>
  turns.some(({ outcome }, at) => at === turns.length - 1 && !isNoAnswer(outcome));

/** Pass and fail speak of answers alone. What kept one from coming, or from being judged, is an error and enters no rate. */
const statusOf = (graded: GradedConversation): { readonly status: TrialStatus; readonly reason: string } => {
  const { verdict, reason } = judgeConversation(graded, true);
  const last = graded.turns.at(-1);
  if (verdict === 'fail' && last !== undefined && isLost(last, gradesOf(graded))) return { status: 'error', reason };
  return { status: verdict === 'skipped' ? 'error' : verdict, reason };
};

const isLost = (last: Turn, grades: readonly GradedAssertion[]): boolean => isNoAnswer(last.outcome) && !isAccepted(last, grades);

const gradesOf = ({ byTurn, overall }: GradedConversation): readonly GradedAssertion[] => [...byTurn.flat(), ...overall];

const scoreOf = (grades: readonly GradedAssertion[]): number | null => {
  const scored = grades.filter((grade) => grade.score !== null && decides(grade));
  const weight = scored.reduce((sum, grade) => sum + grade.weight, 0);
  return weight === 0 ? null : scored.reduce((sum, grade) => sum + (grade.score ?? 0) * grade.weight, 0) / weight;
};

const assertionOf = (
  { wording, pass, score, saw, message, metric, advisory }: GradedAssertion,
  mask: (text: string) => string,
): TrialAssertion => ({
  assertion: wording,
  pass,
  score,
  saw: mask(saw),
  message: mask(message),
  metric,
  ...(advisory === undefined ? {} : { advisory: true }),
});
