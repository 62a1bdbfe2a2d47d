import { createHash } from 'node:crypto';
import { suggestion } from '../../fleet/problem-words.ts';
import type { PlacedProblem } from '../../fleet/problems.ts';
import { isObject, type Json } from '../../ground/json.ts';
import { defaultOf, mayBeAbsent, mustBeGiven } from './param-default.ts';
import { readParam } from './param-value.ts';
import type { Runbook, Step } from './runbook.ts';
import { holesIn, loneHole } from './template.ts';

const deepest = 5;
const mostSteps = 200;

/** A runbook whose `use` steps are the steps they stand for. */
export interface Inlined {
  readonly runbook: Runbook;
  readonly problems: readonly PlacedProblem[];
}

/**
 * Puts the steps of other runbooks in the place of `use`. The ids of what comes in that way begin with the id of the step that uses it.
 * @param find a runbook by name; null: there is none
 * @param names of all there are, for a hint
 */
export const inlined = (runbook: Runbook, find: (name: string) => Runbook | null, names: readonly string[]): Inlined => {
  const problems: PlacedProblem[] = [];
  const hashes: string[] = [];
  const last: Step[] = [];

  const stepsOf = (owner: Runbook, steps: readonly Step[], trail: readonly string[]): readonly Step[] =>
    steps.flatMap((step) => (step.kind === 'use' ? used(owner, step, trail) : [step]));

  const used = (owner: Runbook, step: Step, trail: readonly string[]): readonly Step[] => {
    const refuse = (message: string, hint: string | null): readonly Step[] => {
      problems.push({ at: step.at, message: `${step.id} ${message}`, hint });
      return [];
    };
    const name = String(step.args['runbook']);
    const inner = find(name);
    if (inner === null) return refuse(`uses ${name}, and there is no such runbook`, suggestion(name, names));
    if (trail.includes(name)) return refuse(`uses ${name} in a circle: ${[...trail, name].join(' → ')}`, 'take one of the uses out');
    if (trail.length > deepest) return refuse(`stands more than ${deepest} runbooks deep`, 'use fewer runbooks inside each other');
    if (inner.require.length > 0) return refuse(`uses ${name}, which has require of its own`, `write it into require of ${owner.name}`);
    const bound = bindings(owner, step, inner, problems);
    hashes.push(inner.hash);
    const use = { runbook: name, with: bound, when: step.when };
    const within = (list: readonly Step[]) =>
      stepsOf(inner, list, [...trail, name]).map((each) => ({ ...each, id: `${step.id}.${each.id}`, uses: [use, ...each.uses] }));
    last.push(...within(inner.finally));
    const steps = within(inner.steps);
    return steps.length <= mostSteps ? steps : refuse(`uses more than ${mostSteps} steps`, 'use fewer runbooks inside each other');
  };

  const steps = stepsOf(runbook, runbook.steps, [runbook.name]);
  const ending = stepsOf(runbook, runbook.finally, [runbook.name]);
  if (hashes.length === 0) return { runbook, problems };
  const hash = createHash('sha256')
    .update([runbook.hash, ...hashes].join('\n'))
    .digest('hex');
  return { runbook: { ...runbook, hash, steps, finally: [...ending, ...last] }, problems };
};

/** What the inner parameters are bound to. Where both runbooks are about one agent, it is the same one. */
const bindings = (owner: Runbook, step: Step, inner: Runbook, problems: PlacedProblem[]): Readonly<Record<string, Json>> => {
  const given = isObject(step.args['with']) ? step.args['with'] : {};
  const declared = inner.params.map(({ name }) => name);
  const refuse = (message: string, hint: string | null) => problems.push({ at: step.at, message: `${step.id} ${message}`, hint });
  for (const name of Object.keys(given))
    if (!declared.includes(name)) refuse(`gives ${inner.name} a parameter ${name}, which it does not take`, suggestion(name, declared));
  const agents = owner.params.filter(({ type }) => type === 'agent');
  return Object.fromEntries(
    inner.params.flatMap((param): readonly (readonly [string, Json])[] => {
      const value = given[param.name];
      if (value !== undefined) {
        const outer = owner.params.find(({ name }) => name === loneHole(value));
        if (outer !== undefined && mayBeAbsent(outer) && !mayBeAbsent(param))
          refuse(`gives ${inner.name} its parameter ${param.name} by ${outer.name}, which may be absent`, `give ${outer.name} a default`);
        if (holesIn(value).length > 0) return [[param.name, value]];
        const reading = readParam(param, typeof value === 'object' ? JSON.stringify(value) : value);
        if ('value' in reading) return [[param.name, reading.value]];
        refuse(`gives ${inner.name} a parameter ${param.name} that ${reading.problem}`, reading.hint);
        return [];
      }
      if (param.type === 'agent' && agents.length === 1) return [[param.name, `{{ params.${agents[0]?.name ?? ''} }}`]];
      if (mustBeGiven(param)) refuse(`does not give ${inner.name} its parameter ${param.name}`, `add ${param.name}: to with`);
      return [[param.name, defaultOf(param, Object.keys(given))]];
    }),
  );
};
