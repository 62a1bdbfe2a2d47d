import { seededRandom } from '../../../ground/math/seeded.ts';
import { excerpt } from '../../../ground/redaction/redaction.ts';
import { sumJudging } from '../conversation.ts';
import type { Judge, JudgeQuestion, Judging } from '../port.ts';
import { type Calibration, calibrationOf, type Rating } from './calibration.ts';
import type { LabelItem } from './label.ts';
import { rulingOf, usualScores } from './ruling.ts';

/** An answer on which a judge and a person do not agree, or that the judge could not judge. */
export interface Disagreement {
  readonly id: string;
  readonly criterion: string;
  /** Short, masked, untrusted. */
  readonly answer: string;
  readonly human: 'pass' | 'fail';
  /** Null: no verdict. */
  readonly judge: 'pass' | 'fail' | null;
  readonly reason: string;
}

/** The same labels and verdicts give the same interval, so that a judge near its floor does not come and go. */
const seed = 1;

/** How a judge did on one form of question. */
export interface Evaluation {
  readonly form: JudgeQuestion['form'];
  readonly calibration: Calibration;
  readonly disagreements: readonly Disagreement[];
  readonly judging: Judging;
}

/**
 * Asks a judge about answers that people have labelled, each form of question for itself. What was skipped is left out. Thresholds of
 * assertions do not come in: it is the judge's own pass that is held against people.
 */
export const evaluateJudge = async (
  judge: Judge,
  name: string,
  items: readonly LabelItem[],
  on: (done: number, total: number) => void,
): Promise<readonly Evaluation[]> => {
  const labelled = items.filter(({ label }) => label === 'pass' || label === 'fail');
  let done = 0;
  const heard = await Promise.all(
    labelled.map(async ({ id, question, label }) => {
      const { seats, judging } = await judge.hear(question, name);
      const decision = rulingOf(seats, { threshold: null, scores: usualScores });
      on(++done, labelled.length);
      const troubles = seats.flatMap(({ trouble }) => trouble ?? []);
      const [verdict, reason] =
        decision.verdict === 'split'
          ? ([null, troubles[0] ?? 'the votes are split'] as const)
          : ([decision.verdict, decision.reason] as const);
      const answer = excerpt(question.exchanges.at(-1)?.answer ?? '');
      const human = label === 'pass' ? ('pass' as const) : ('fail' as const);
      return { form: question.form, judging, id, criterion: question.criterion, answer, human, judge: verdict, reason: excerpt(reason) };
    }),
  );
  return (['rubric', 'factuality'] as const).flatMap((form) => {
    const of = heard.filter((each) => each.form === form);
    if (of.length === 0) return [];
    const ratings = of.map(
      ({ human, judge: said }): Rating => ({ human: human === 'pass', judge: said === null ? null : said === 'pass' }),
    );
    return [
      {
        form,
        calibration: calibrationOf(ratings, seededRandom(seed)),
        disagreements: of.filter(({ human, judge: said }) => said !== human).map(({ form: _, judging: __, ...each }) => each),
        judging: sumJudging(of.map(({ judging }) => judging)),
      },
    ];
  });
};
