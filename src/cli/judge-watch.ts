import type { Fleet } from '../fleet/agent.ts';
import type { Asked } from '../fleet/require-secrets.ts';
import { usageError } from '../ground/errors.ts';
import type { Case, LoadedSuite } from '../quality/evals/suite.ts';
import { type Asking, askedJudges, isComparing, isJudging, judgeProblems } from '../quality/expect/judges/choice.ts';

/** Finds out whom the cases of a run ask to judge, in passing, so that what is missing is told before anything is sent. */
export const openJudgeWatch = () => {
  let isJudged = false;
  return {
    /** The same suite; whoever walks over it lets this see whether models judge at all. */
    watched: (loaded: LoadedSuite): LoadedSuite => ({
      suite: loaded.suite,
      async *cases() {
        for await (const each of loaded.cases()) {
          isJudged ||= askingOf(each).length > 0;
          yield each;
        }
      },
    }),
    /** What of `judges:` the selected cases need. Throws a usage error where a judge they name is not there. */
    async require(fleet: Fleet, { suite }: LoadedSuite, selected: Pick<LoadedSuite, 'cases'>): Promise<readonly Asked[]> {
      if (!isJudged) return [];
      const asking = new Map<string, Asking>();
      for await (const each of selected.cases()) for (const one of askingOf(each)) asking.set(`${one.base} ${one.judge ?? ''}`, one);
      const [problem] = judgeProblems(fleet.judges, [...asking.values()]);
      if (problem === undefined) return askedJudges(fleet.judges, [...asking.values()]);
      throw usageError({
        code: 'judge_missing',
        message: `${suite.name} cannot be judged: ${problem.problem ?? ''}`,
        ...(problem.hint === null ? {} : { hint: problem.hint }),
      });
    },
  };
};

const askingOf = ({ turns, expect }: Case): readonly Asking[] =>
  [...expect, ...turns.flatMap((turn) => turn.expect)].filter(({ base }) => isJudging(base) || isComparing(base));
