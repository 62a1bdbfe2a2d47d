import { isActing, type Plan, stepsOf } from './plan.ts';
import { isOurs, type RunState, stepState, succeeded } from './step-state.ts';

/** The agents that no request should reach any more: what stops them was done, its effect was seen, and it was not taken back. Sorted. */
export const stoppedAgents = (plan: Plan, run: RunState): readonly string[] => {
  const stopping = stepsOf(plan).filter((planned) => {
    const state = stepState(run, planned.id);
    return isStop(planned) && isOurs(state) && state.seenAt !== null && !succeeded(state.undo);
  });
  return [...new Set(stopping.flatMap(({ agent }) => (agent === null ? [] : [agent])))].sort();
};

const isStop = (planned: ReturnType<typeof stepsOf>[number]): boolean => {
  const { change, args } = planned;
  if (change === null || !isActing(planned)) return false;
  const { action } = change;
  if (action === 'disable' || action === 'kill') return true;
  if (action === 'queue') return args['mode'] === 'pause';
  return (action === 'throttle' && args['requests_per_minute'] === 0) || (action === 'scale' && args['replicas'] === 0);
};
