import { usageError } from '../../ground/errors.ts';
import { plural } from '../../ground/output/phrases.ts';
import type { Journal } from '../../ground/store/port.ts';
import { isJudging } from '../expect/judges/choice.ts';
import { type LabelItem, labelId } from '../expect/judges/label.ts';
import type { Expectation, JudgeQuestion } from '../expect/port.ts';
import type { EvalRun } from './run.ts';
import { readCases } from './runs.journal.ts';
import type { Case, LoadedSuite } from './suite.ts';
import type { Trial } from './trial.ts';
import { readTrials } from './trials.journal.ts';

/** What a run can be labelled by, and the cases that have changed since, whose answers are no longer to what is asked. */
export interface LabelItems {
  readonly items: readonly LabelItem[];
  readonly changed: number;
}

/**
 * The answers of a run, each with a criterion of its case that a model judges; equal ones once. The run names the cases, the suite has
 * their criteria in full. Throws a usage error where the run kept no answers, or nothing in it is judged by a model.
 */
export const collectLabelItems = async (journal: Journal, run: EvalRun, suite: LoadedSuite): Promise<LabelItems> => {
  const hashes = new Map((await readCases(journal, run.id)).map(({ id, hash }) => [id, hash]));
  const judged = new Map<string, Case>();
  let changed = 0;
  for await (const each of suite.cases()) {
    const hash = hashes.get(each.id);
    if (hash === undefined || !allExpectations(each).some(({ base }) => isJudging(base))) continue;
    if (hash === each.hash) judged.set(each.id, each);
    else changed += 1;
  }
  if (judged.size === 0) {
    throw usageError({
      code: 'nothing_judged',
      message:
        changed === 0
          ? `no case of ${run.suite} has an assertion that a model judges`
          : `all ${plural(changed, 'case')} that a model judges have changed since run ${run.id}`,
      hint: changed === 0 ? 'llm-rubric and factuality are judged by a model' : 'run the suite again: agentops eval run',
    });
  }
  const trials = (await readTrials(journal, run.id)).filter(({ caseId }) => judged.has(caseId));
  const kept = trials.filter(({ conversation }) => conversation !== null && conversation.length > 0);
  if (kept.length === 0) {
    throw usageError({
      code: 'answers_not_kept',
      message: `run ${run.id} kept no answers: capture is none`,
      hint: 'write capture: io into the manifest, and run the suite again: agentops eval run',
    });
  }
  const items = new Map<string, LabelItem>();
  for (const trial of kept) {
    const of = judged.get(trial.caseId);
    for (const question of of === undefined ? [] : questionsOf(of, trial)) {
      const id = labelId(question);
      items.set(id, { id, question, label: null });
    }
  }
  return { items: [...items.values()], changed };
};

const allExpectations = ({ turns, expect }: Case): readonly Expectation[] => [...turns.flatMap((turn) => turn.expect), ...expect];

const questionsOf = ({ turns, expect }: Case, { conversation }: Trial): readonly JudgeQuestion[] => {
  const said = conversation ?? [];
  const reachedEnd = said.length >= turns.length;
  return [
    ...turns.flatMap((turn, at) => (at < said.length ? turn.expect.map((each) => ({ each, exchanges: said.slice(0, at + 1) })) : [])),
    ...(reachedEnd ? expect.map((each) => ({ each, exchanges: said })) : []),
  ].flatMap(({ each, exchanges }) => {
    const form = each.base === 'factuality' ? ('factuality' as const) : ('rubric' as const);
    return isJudging(each.base) ? [{ form, criterion: criterionOf(each), exchanges }] : [];
  });
};

/** As the assertion's own schema reads it: text, or a reference with its scores. */
const criterionOf = ({ base, args }: Expectation): string =>
  base === 'factuality' ? (args as { readonly reference: string }).reference : (args as string);
