import type { JudgeSettings } from '../../../fleet/agent.ts';
import { quoted } from '../../../fleet/problem-words.ts';
import { suggestion } from '../../../fleet/problems.ts';
import type { Asked } from '../../../fleet/require-secrets.ts';
import { dig } from '../../../ground/json.ts';

/** Whether an assertion is judged by a model. */
export const isJudging = (base: string): boolean => base === 'llm-rubric' || base === 'factuality';

/** Whether an assertion compares by embeddings. */
export const isComparing = (base: string): boolean => base === 'similar';

/** What is needed to know whom an expectation asks. */
export interface Asking {
  /** Without `not-`. */
  readonly base: string;
  /** As the author named it; null: not. */
  readonly judge: string | null;
}

export type Choice =
  | { readonly name: string; readonly problem: null; readonly hint: null }
  | { readonly name: null; readonly problem: string; readonly hint: string | null };

/** The entry that stands for all where an expectation names none and there are several. */
const usual = 'default';

/**
 * The entry of `judges:` that an expectation asks: the one it names, else the only one of its sort, else the one called `default`.
 * @param judges the entries, read or as they were written
 */
export const chooseJudge = (judges: Readonly<Record<string, unknown>>, { base, judge }: Asking): Choice => {
  const compares = isComparing(base);
  const fit = Object.keys(judges).filter((name) => (dig(judges[name], 'embeddings') !== undefined) === compares);
  const none = (problem: string, hint: string | null): Choice => ({ name: null, problem, hint });
  const sort = compares ? 'an entry of judges: with embeddings' : 'a judge';
  if (judge !== null) {
    if (fit.includes(judge)) return { name: judge, problem: null, hint: null };
    return none(`${base} asks ${quoted(judge)}, which is not ${sort}`, suggestion(judge, fit) ?? needed(compares));
  }
  const [first, ...others] = fit;
  if (first === undefined) return none(`${base} needs ${sort}, and there is none`, needed(compares));
  if (others.length === 0) return { name: first, problem: null, hint: null };
  if (fit.includes(usual)) return { name: usual, problem: null, hint: null };
  return none(`${base} does not say which of ${fit.join(', ')} it asks`, `add judge: ${first}, or call one of them ${usual}`);
};

const needed = (compares: boolean): string =>
  compares
    ? 'add judges: { words: { embeddings: { url: …/v1, model: … } } }'
    : 'add judges: { strict: { endpoint: { protocol: openai-chat, url: …/v1, model: … } } }';

type Judges = Readonly<Record<string, JudgeSettings>>;

/** What is wrong with whom expectations ask, for files whose expectations are not in the manifest; empty where all can be asked. */
export const judgeProblems = (judges: Judges, asking: readonly Asking[]): readonly Pick<Choice, 'problem' | 'hint'>[] => {
  const wrong = asking.filter(isModelled).flatMap((each) => {
    const choice = chooseJudge(judges, each);
    return choice.name === null ? [choice] : [];
  });
  return wrong.filter(({ problem }, at) => wrong.findIndex((other) => other.problem === problem) === at);
};

/** Everything under `judges:` that these expectations ask, the members of panels among them, with what they need to be asked. */
export const askedJudges = (judges: Judges, asking: readonly Asking[]): readonly Asked[] => {
  const chosen = asking.filter(isModelled).flatMap((each) => chooseJudge(judges, each).name ?? []);
  const names = new Set(chosen.flatMap((name) => judges[name]?.panel ?? [name]));
  return [...names].flatMap((name): readonly Asked[] => {
    const { endpoint, embeddings } = judges[name] ?? {};
    if (endpoint !== undefined) return [{ what: `judge ${name}`, at: endpoint.at, config: endpoint.config }];
    return embeddings === undefined ? [] : [{ what: `the embeddings of judges.${name}`, at: null, config: embeddings }];
  });
};

const isModelled = ({ base }: Asking): boolean => isJudging(base) || isComparing(base);
