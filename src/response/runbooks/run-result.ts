import { stepsOf } from './plan.ts';
import { approveCommand } from './proposal.ts';
import type { RunHead, RunResult, StepResult } from './run.ts';
import { hasEnded, type RunState, resultOf, stepState } from './step-state.ts';

/** What goes on with a run that has not ended. */
export const resumeCommandOf = ({ id, plan }: Pick<RunHead, 'id' | 'plan'>, state: RunState): string => {
  if (!state.isBegun && state.events > 0) return approveCommand({ id, plan });
  const steps = stepsOf(plan);
  const waiting = steps.find(({ step, id: step_ }) => {
    const { act } = stepState(state, step_);
    return (step.kind === 'manual' || step.kind === 'approve') && act.begun > act.ended;
  });
  if (waiting?.step.kind === 'approve') return `agentops runbook approve ${id}`;
  if (waiting !== undefined) return `agentops runbook resume ${id} --done ${waiting.id}`;
  return `agentops runbook resume ${id}`;
};

/** From the start of a run until the last of its effects was seen, ms; null: none was. */
export const containMsOf = ({ startedAt }: Pick<RunHead, 'startedAt'>, { steps }: RunState): number | null => {
  const seen = [...steps.values()].flatMap(({ seenAt }) => (seenAt === null ? [] : [seenAt]));
  return seen.length === 0 ? null : Math.max(0, Math.max(...seen) - startedAt);
};

/** Every step of a run as it stands, in the order in which they are done. */
export const stepResults = ({ plan }: Pick<RunHead, 'plan'>, state: RunState): readonly StepResult[] =>
  stepsOf(plan).map((planned) => resultOf(planned, stepState(state, planned.id)));

/** A run as it is shown. */
export const resultOfRun = (run: RunHead, state: RunState, measured: Pick<RunResult, 'containMs' | 'quietMs'>): RunResult => ({
  run,
  status: state.status,
  why: state.why,
  steps: stepResults(run, state),
  endedAt: state.endedAt,
  ...measured,
  resumeCommand: hasEnded(state.status) ? null : resumeCommandOf(run, state),
});
