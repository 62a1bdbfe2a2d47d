import type { Turn } from '../../agents/protocols/port.ts';
import { messageOf } from '../../ground/errors.ts';
import { excerpt } from '../../ground/redaction/redaction.ts';
import { withAdvice } from './advice.ts';
import { unjudged } from './grading.ts';
import { loadAssertion } from './load-expectation.ts';
import type { Aids, Expectation, Grade, Judging, Settings, Verdict } from './port.ts';

/** One expectation after it was judged. */
export interface GradedAssertion {
  /** As written, `not-` included. */
  readonly assertion: string;
  /** With its value, short: `contains: 30 days`. */
  readonly wording: string;
  /** Null: it could not be judged, or there was nothing to judge by. */
  readonly pass: boolean | null;
  readonly verdict: Verdict;
  /** 0 to 1; null where `pass` is null. */
  readonly score: number | null;
  /** Short, masked, untrusted. */
  readonly saw: string;
  readonly message: string;
  /** How much it counts in a score, where it counts at all; 0: it only informs. */
  readonly weight: number;
  readonly metric: string | null;
  /** Why it is shown and does not decide; absent: it decides. */
  readonly advisory?: string;
  /** What it took where a model was asked; absent: nobody was. */
  readonly judging?: Judging;
  /** True where no model that was asked gave any verdict. */
  readonly unheard?: true;
}

/** `not-` turns pass and fail; what could not be judged stays so. */
const invert = (grade: Grade): Grade => {
  if (grade.verdict === 'pass') return { ...grade, verdict: 'fail', score: 1 - grade.score };
  if (grade.verdict === 'fail') return { ...grade, verdict: 'pass', score: 1 - grade.score };
  return grade;
};

/** Said of the author's setting and not of the agent, so `not-` does not turn it. */
const settleUnknown = (grade: Grade, ifUnknown: Settings['ifUnknown']): Grade => {
  if (grade.verdict !== 'skipped') return grade;
  if (ifUnknown === 'skip') return { ...grade, message: `${grade.message}, so this is skipped` };
  return { ...grade, verdict: 'fail', message: `${grade.message}, and if_unknown is fail` };
};

const gradeOne = async (expectation: Expectation, seen: readonly Turn[], aids: Aids): Promise<Grade> => {
  const { base, negated, args, threshold, ifUnknown, judge } = expectation;
  try {
    const assertion = await loadAssertion(base);
    const missing = assertion.needs.filter((aid) => aids[aid] === undefined);
    if (missing.length > 0) return unjudged(`${base} needs a ${missing.join(' and a ')}, and none is there`);
    const refuted = negated ? (assertion.refute?.(args, seen) ?? null) : null;
    if (refuted !== null) return refuted;
    const grade = await assertion.grade(args, seen, aids, { threshold, ifUnknown, judge });
    return settleUnknown(negated ? invert(grade) : grade, ifUnknown);
  } catch (thrown) {
    return unjudged(`${base} could not be judged: ${excerpt(messageOf(thrown))}`);
  }
};

/** Judges the last of the turns by every expectation. Never throws: an assertion that does is an error of its own. Keeps the order. */
export const gradeTurns = (expectations: readonly Expectation[], seen: readonly Turn[], aids: Aids): Promise<readonly GradedAssertion[]> =>
  Promise.all(
    expectations.map(async (expectation) => {
      const { verdict, score, saw, message, advisory, judging, unheard } = await gradeOne(expectation, seen, aids);
      const pass = verdict === 'pass' ? true : verdict === 'fail' ? false : null;
      const { type: assertion, wording, metric } = expectation;
      return {
        assertion,
        wording,
        pass,
        verdict,
        score: pass === null ? null : score,
        saw,
        message: advisory === undefined ? message : withAdvice(message, advisory),
        weight: expectation.weight,
        metric,
        ...(advisory === undefined ? {} : { advisory }),
        ...(judging === undefined ? {} : { judging }),
        ...(unheard === undefined ? {} : { unheard }),
      };
    }),
  );
