import type { Json } from '../ground/json.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { writtenParam } from '../response/runbooks/param-value.ts';
import { agentsOf, needsOf, obstaclesOf, type PlannedStep } from '../response/runbooks/plan.ts';
import type { Runbook } from '../response/runbooks/runbook.ts';
import { actionWords, doingOf, type PlanAnswer } from './plan-facts.ts';
import type { ViewOptions } from './words.ts';

const seconds = (ms: number | null | undefined): number | null => (ms === null || ms === undefined ? null : ms / 1000);

const stepFacts = (planned: PlannedStep) => {
  const { id, step, agent, control, change, isSettled, traits, skipped, blocked, condition } = planned;
  return {
    step: id,
    kind: step.kind,
    action: change?.action ?? actionWords(planned).replace(' ', '_'),
    agent,
    control: control?.kind ?? null,
    target: change?.target ?? null,
    from: change?.from ?? null,
    to: change?.to ?? null,
    doing: control === null ? doingOf(planned) : null,
    settled: isSettled,
    skipped,
    blocked: blocked === null ? null : { ...blocked },
    condition,
    reversible: change?.reversible ?? null,
    lasting: change?.lasting ?? null,
    stops_in_flight: traits?.stopsInFlight ?? null,
    keeps_running: planned.keepsRunning,
    shared_with: planned.sharedWith,
    effect_latency_s: seconds(traits?.effectMs),
    approval: planned.approval,
    ttl_s: seconds(step.ttlMs),
    on_expiry: step.ttlMs === null ? null : step.onExpiry,
    on_fail: step.onFail,
    undo: step.undo,
  };
};

/** The parameters of a plan as a person types them; numbers and flags as such. */
export const paramFacts = ({ params }: Pick<Runbook, 'params'>, values: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    params.map(({ name, type }) => {
      const value = values[name] ?? null;
      return [name, value === null || type === 'number' || type === 'flag' ? value : writtenParam(type, value)];
    }),
  );

/** The core of the document, also what a refused run hands over. */
export const planFacts = ({ runbook, plan, source, stale, confirmCommand }: Omit<PlanAnswer, 'fleet' | 'generatedAt'>) => {
  const needs = needsOf(plan);
  return {
    plan_hash: plan.hash,
    runbook: runbook.name,
    class: runbook.class,
    params: paramFacts(runbook, plan.params),
    source,
    drawn_at: isoTime(plan.drawnAt),
    agents: agentsOf(plan),
    steps: plan.steps.map(stepFacts),
    finally: plan.finally.map(stepFacts),
    needs: { approvals: needs.approvals, typed_name: needs.typedName, locks: needs.locks, tick: needs.tick },
    runnable: obstaclesOf(plan).length === 0,
    stale,
    confirm_command: obstaclesOf(plan).length === 0 && source === 'live' ? confirmCommand : null,
  };
};

/** Every format of `agentops runbook plan`. */
export const planFormats = (answer: PlanAnswer) => ({
  text: (options: ViewOptions) => import('./plan-text.ts').then(({ renderPlanText }) => renderPlanText(answer, options)),
  json: () => jsonDocument(answer.fleet, answer.generatedAt, planFacts(answer)),
});
