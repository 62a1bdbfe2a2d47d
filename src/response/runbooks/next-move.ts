import { asAttempted } from './footing.ts';
import type { Plan, PlannedStep } from './plan.ts';
import type { RunStatus } from './run.ts';
import { type Deed, isInDoubt, isOurs, type RunState, type StepState, stepState, succeeded } from './step-state.ts';

/** What is to be done next in a run. Each but the last two ends with at least one more event in the journal. */
export type Move =
  | { readonly kind: 'act' | 'settle' | 'confirm' | 'verify' | 'ask' | 'undo' | 'settle-undo'; readonly planned: PlannedStep }
  /** Its target was as wanted before: it is passed over where it still is. */
  | { readonly kind: 'settled'; readonly planned: PlannedStep }
  /** Its condition speaks of earlier steps; where it holds, `held` is done. */
  | { readonly kind: 'decide'; readonly planned: PlannedStep; readonly held: Move }
  | { readonly kind: 'skip'; readonly planned: PlannedStep; readonly why: string }
  | { readonly kind: 'stop'; readonly planned: PlannedStep; readonly why: string }
  | { readonly kind: 'end'; readonly status: RunStatus; readonly why: string };

/** A target that asks for a longer pause than this is taken to have said no, ms. */
export const longestPauseMs = 300_000;

/**
 * The next move of a run, from its plan and what its journal says; the same whether it was ever interrupted or not. In this order: the
 * steps, each until it is verified; where one failed, taking back what was done, last first; what is to be done whatever happened.
 */
export const nextMove = (plan: Plan, run: RunState): Move => {
  const attempted = (planned: PlannedStep) => asAttempted(planned, stepState(run, planned.id));
  const [steps, last] = [plan.steps.map(attempted), plan.finally.map(attempted)];
  const failed: string[] = [];
  let isUndoing = run.request?.what === 'undo';
  if (run.request === null)
    for (const planned of steps) {
      const need = needOf(planned, stepState(run, planned.id));
      if (need === null) continue;
      if (need.kind !== 'fail') return need;
      if (planned.step.onFail === 'stop') return { kind: 'stop', planned, why: need.why };
      failed.push(`${planned.id}: ${need.why}`);
      isUndoing = planned.step.onFail === 'undo';
      if (isUndoing) break;
    }
  if (isUndoing)
    for (const planned of [...steps].reverse()) {
      const need = undoNeedOf(planned, stepState(run, planned.id));
      if (need !== null) return need;
    }
  for (const planned of last) {
    const need = needOf(planned, stepState(run, planned.id));
    if (need === null) continue;
    if (need.kind !== 'fail') return need;
    failed.push(`${planned.id}: ${need.why}`);
  }
  return endOf(plan, run, isUndoing, failed);
};

const endOf = (plan: Plan, run: RunState, isUndoing: boolean, failed: readonly string[]): Move => {
  // A wait, or a word to people, leaves nothing that could stand.
  const standing = plan.steps
    .filter(({ id, control }) => control !== null && isOurs(stepState(run, id)) && !succeeded(stepState(run, id).undo))
    .map(({ id }) => id);
  const left = standing.length > 0 ? `${standing.join(', ')} cannot be undone` : '';
  const asked = run.request?.what === 'undo' ? [run.request.why] : [];
  const why = [...failed, ...asked, ...(isUndoing && left !== '' ? [left] : [])].join('; ');
  const isUndone = plan.steps.some(({ id }) => succeeded(stepState(run, id).undo));
  if (run.request?.what === 'abort') return { kind: 'end', status: 'aborted', why: run.request.why };
  if (isUndoing) return { kind: 'end', status: isUndone || run.request !== null ? 'undone' : 'failed', why };
  return { kind: 'end', status: failed.length > 0 ? 'failed' : 'done', why };
};

type Need = Exclude<Move, { kind: 'end' }> | { readonly kind: 'fail'; readonly why: string };

/** What a step still needs; null: nothing more. */
const needOf = (planned: PlannedStep, state: StepState): Need | null => {
  if (state.isStuck) return { kind: 'stop', planned, why: state.evidence ?? '' };
  if (state.skipped !== null) return null;
  if (planned.isSettled && state.act.effect === null) return { kind: 'settled', planned };
  if (state.startedAt !== null) return startedNeedOf(planned, state);
  if (planned.skipped !== null) return { kind: 'skip', planned, why: planned.skipped };
  const first = startedNeedOf(planned, state);
  if (planned.condition === null || first === null || first.kind === 'fail') return first;
  return { kind: 'decide', planned, held: first };
};

const startedNeedOf = (planned: PlannedStep, state: StepState): Need | null => {
  switch (planned.step.kind) {
    case 'check':
    case 'eval':
    case 'query':
      return verdictNeed(planned, state);
    case 'approve':
    case 'manual':
    case 'wait':
      return succeeded(state.act) ? null : { kind: 'ask', planned };
    default:
      return actNeed(planned, state);
  }
};

const actNeed = (planned: PlannedStep, state: StepState): Need | null => {
  const { act, seen } = state;
  if (isInDoubt(act)) return { kind: 'settle', planned };
  if (act.effect === null) return { kind: 'act', planned };
  if (!succeeded(act)) return mayRepeat(planned, act) ? { kind: 'act', planned } : { kind: 'fail', why: act.effect.evidence };
  if (planned.change !== null) {
    if (seen === null) return { kind: 'confirm', planned };
    if (seen === 'unseen' && planned.traits?.readable !== false)
      return { kind: 'stop', planned, why: 'nobody could see whether it took effect' };
    if (seen === 'not-yet') return { kind: 'fail', why: 'its effect was not seen in time' };
    if (seen === 'contradicted') return { kind: 'fail', why: 'somebody else changed the target meanwhile' };
  }
  return planned.step.verify === null ? null : verdictNeed(planned, state);
};

const verdictNeed = (planned: PlannedStep, { verdict, evidence }: StepState): Need | null => {
  if (verdict === null) return { kind: 'verify', planned };
  if (verdict === 'inconclusive') return { kind: 'stop', planned, why: evidence ?? '' };
  return verdict === 'fail' ? { kind: 'fail', why: evidence ?? '' } : null;
};

/** Whether one more attempt may help, and can do no harm. */
export const mayRepeat = ({ step, traits }: PlannedStep, { answers, effect }: Deed): boolean =>
  effect?.retry === true &&
  answers <= step.retries &&
  (effect.retryAfterMs ?? 0) <= longestPauseMs &&
  (traits === null || traits.readable || traits.idempotent);

/** What taking a step back still needs; null: nothing, or it cannot be taken back, or is to stay. */
const undoNeedOf = (planned: PlannedStep, state: StepState): Move | null => {
  const { step, change, control } = planned;
  if (control === null || change === null || !change.reversible || step.undo === 'keep') return null;
  if (state.isStuck) return { kind: 'stop', planned, why: state.evidence ?? '' };
  if (isInDoubt(state.act) && state.skipped === null) return { kind: 'settle', planned };
  if (!isOurs(state) || succeeded(state.undo)) return null;
  if (isInDoubt(state.undo)) return { kind: 'settle-undo', planned };
  if (state.undo.effect === null || mayRepeat(planned, state.undo)) return { kind: 'undo', planned };
  return { kind: 'stop', planned, why: state.undo.effect.evidence };
};
