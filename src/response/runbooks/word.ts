import { usageError } from '../../ground/errors.ts';
import { stepsOf } from './plan.ts';
import type { RunEvent, RunHead } from './run.ts';
import { isInDoubt, type RunState, stepState, succeeded } from './step-state.ts';

/** What a person says of one step: that it was done, or that it is to be left out. */
export interface Word {
  readonly step: string;
  readonly says: 'done' | 'skip';
}

/**
 * The event that a word is journaled as. Throws a usage error where the step is not one that a person can speak for: what a person was asked to
 * do, and what may or may not have happened to a control. An approval is no such word: it is recorded with who gave it.
 */
export const eventOfWord = (run: Pick<RunHead, 'id' | 'plan'>, state: RunState, { step, says }: Word, by: string): RunEvent => {
  const planned = stepsOf(run.plan).find(({ id }) => id === step);
  if (planned === undefined)
    throw usageError({
      code: 'step_unknown',
      message: `run ${run.id} has no step ${step}`,
      hint: `its steps are ${stepsOf(run.plan)
        .map(({ id }) => id)
        .join(', ')}`,
    });
  const { act } = stepState(state, step);
  if (succeeded(act))
    throw usageError({ code: 'step_over', message: `step ${step} of run ${run.id} was done`, hint: `agentops runbook resume ${run.id}` });
  if (planned.step.kind === 'approve')
    throw usageError({
      code: 'step_needs_approval',
      message: `step ${step} of run ${run.id} is an approval: it is given under its own name, or the run is ended`,
      hint: `agentops runbook approve ${run.id}`,
    });
  if (says === 'skip') return { kind: 'skipped', step, why: `left out by ${by}` };
  if (planned.step.kind !== 'manual' && (planned.control === null || !isInDoubt(act)))
    throw usageError({
      code: 'step_not_open',
      message: `step ${step} of run ${run.id} is neither a person's to do nor in doubt`,
      hint: `agentops runbook resume ${run.id}`,
    });
  const effect = { result: 'applied', retry: false, retryAfterMs: null, evidence: `${by} says that it was done` } as const;
  return { kind: 'result', step, effect };
};
