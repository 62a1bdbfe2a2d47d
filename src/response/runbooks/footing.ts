import { canonicalJson, type Json } from '../../ground/json.ts';
import { type Plan, type PlannedStep, stepsOf } from './plan.ts';
import { type RunState, type StepState, stepState, succeeded } from './step-state.ts';

/** A step with what was really attempted in place of what was planned: once its turn came, its target may have stood otherwise. */
export const asAttempted = (planned: PlannedStep, { change }: Pick<StepState, 'change'>): PlannedStep =>
  change === null ? planned : { ...planned, change, isSettled: false };

/**
 * Whether a step was planned on something that came otherwise: an earlier step of the same control that did not succeed and was passed over
 * (`on_fail: continue`), or one with a condition, which plans leave out of account, that was done all the same.
 */
export const hasOtherFooting = (plan: Plan, run: RunState, { id, agent, control }: PlannedStep): boolean => {
  if (control === null) return false;
  const target = targetOf({ agent, control });
  const steps = stepsOf(plan);
  return steps
    .slice(
      0,
      Math.max(
        0,
        steps.findIndex((each) => each.id === id),
      ),
    )
    .some((earlier) => {
      if (earlier.change === null || earlier.control === null || targetOf(earlier) !== target) return false;
      const { act, undo, skipped } = stepState(run, earlier.id);
      const stands = skipped === null && succeeded(act) && !succeeded(undo);
      return stands !== (earlier.condition === null);
    });
};

const targetOf = ({ agent, control }: Pick<PlannedStep, 'agent' | 'control'>): string =>
  canonicalJson([agent, control?.kind ?? null, (control?.config ?? null) as Json]);
