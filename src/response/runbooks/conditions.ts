import type { Json } from '../../ground/json.ts';
import type { Step } from './runbook.ts';
import { fillAll } from './template.ts';

type Params = Readonly<Record<string, Json>>;

/** A condition of a step, or of a `use` that it came in by, with what it sees. */
export interface Condition {
  readonly expression: string;
  readonly params: Params;
  /** What the ids of the steps it speaks of begin with in the run. */
  readonly prefix: string;
}

/** The parameters as a step sees them: those of the run, or what the `use` steps it came in by bind. */
export const paramsOf = ({ uses }: Pick<Step, 'uses'>, run: Params): Params => uses.reduce((outer, use) => fillAll(use.with, outer), run);

/** All that must be true for a step to be done, the outermost first. */
export const conditionsOf = (step: Pick<Step, 'id' | 'uses' | 'when'>, run: Params): readonly Condition[] => {
  const words = step.id.split('.');
  const at = (depth: number) => ({
    params: paramsOf({ uses: step.uses.slice(0, depth) }, run),
    prefix: words
      .slice(0, depth)
      .map((word) => `${word}.`)
      .join(''),
  });
  const outer = step.uses.flatMap(({ when }, depth) => (when === null ? [] : [{ expression: when, ...at(depth) }]));
  return step.when === null ? outer : [...outer, { expression: step.when, ...at(step.uses.length) }];
};

/** True where it can only be decided when its turn comes, since it asks what earlier steps came to. */
export const speaksOfSteps = (expression: string): boolean => /\bsteps\s*[.[]/.test(expression);

/** True where figures of an agent must be read for it. */
export const speaksOfFigures = (expression: string): boolean => /\bfigures\s*[.[]/.test(expression);

const param = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\bparams\.([A-Za-z_]\w*)/g;

/** An expression with the values of parameters in their place, for whoever judges it without knowing them. */
export const boundExpression = (expression: string, params: Params): string =>
  expression.replace(param, (whole, name: string | undefined) =>
    name === undefined || (params[name] ?? null) === null ? whole : JSON.stringify(params[name]),
  );

/** What an earlier step of a run came to, as `steps.ID` shows it. */
export interface StepFacts {
  readonly status: string;
  /** `pass`, `fail`, `inconclusive`; null: nothing was verified, which a condition sees as `none`. */
  readonly verdict: string | null;
}

/** The steps that a condition may speak of, by the ids that it knows them by. */
export const stepsSeen = (
  { prefix }: Pick<Condition, 'prefix'>,
  steps: Readonly<Record<string, StepFacts>>,
): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(steps)
      .filter(([id]) => id.startsWith(prefix) && !id.slice(prefix.length).includes('.'))
      .map(([id, { status, verdict }]) => [id.slice(prefix.length), { status, verdict: verdict ?? 'none' }]),
  );
