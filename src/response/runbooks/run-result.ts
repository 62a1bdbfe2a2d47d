import type { Plan, PlannedStep } from './plan.ts';
import type { RunHead, RunResult } from './run.ts';
import { hasEnded, isInDoubt, type RunState, resultOf, stepState } from './step-state.ts';

/** Every act of a plan, in order. */
export const plannedSteps = ({ steps, finally: last }: Pick<Plan, 'steps' | 'finally'>): readonly PlannedStep[] => [...steps, ...last];

/** The agents that a plan acts on, sorted. */
export const agentsOf = (plan: Pick<Plan, 'steps' | 'finally'>): readonly string[] =>
  [...new Set(plannedSteps(plan).flatMap(({ agent }) => (agent === null ? [] : [agent])))].sort();

/** What goes on with a run that has not ended. */
export const resumeCommandOf = ({ id, plan }: Pick<RunHead, 'id' | 'plan'>, state: RunState): string => {
  const steps = plannedSteps(plan);
  const waiting = steps.find(({ step, id: step_ }) => {
    const { act, approvedBy } = stepState(state, step_);
    return (step.kind === 'manual' || (step.kind === 'approve' && approvedBy.length === 0)) && act.begun > act.ended;
  });
  if (waiting?.step.kind === 'approve') return `agentops runbook approve ${id}`;
  if (waiting !== undefined) return `agentops runbook resume ${id} --done ${waiting.id}`;
  return `agentops runbook resume ${id}`;
};

/** Steps of which only a person can tell whether they were done. */
export const doubtfulSteps = ({ plan }: Pick<RunHead, 'plan'>, state: RunState): readonly PlannedStep[] =>
  plannedSteps(plan).filter(({ id, control }) => control !== null && isInDoubt(stepState(state, id).act));

/** From the start of a run until the last of its effects was seen, ms; null: none was. */
export const containMsOf = ({ startedAt }: Pick<RunHead, 'startedAt'>, { steps }: RunState): number | null => {
  const seen = [...steps.values()].flatMap(({ seenAt }) => (seenAt === null ? [] : [seenAt]));
  return seen.length === 0 ? null : Math.max(0, Math.max(...seen) - startedAt);
};

/** A run as it is shown. */
export const resultOfRun = (run: RunHead, state: RunState, measured: Pick<RunResult, 'containMs' | 'quietMs'>): RunResult => ({
  run,
  status: state.status,
  why: state.why,
  steps: plannedSteps(run.plan).map((planned) => resultOf(planned, stepState(state, planned.id))),
  endedAt: state.endedAt,
  ...measured,
  resumeCommand: hasEnded(state.status) ? null : resumeCommandOf(run, state),
});
