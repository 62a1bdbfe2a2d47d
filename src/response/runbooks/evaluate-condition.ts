import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Json } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { type Condition, conditionsOf, type StepFacts, speaksOfFigures, stepsSeen } from './conditions.ts';
import type { Judgement, Scope } from './expression.ts';
import type { PlannedStep } from './plan.ts';
import { judgePresence } from './presence.ts';
import { type AgentFigures, agentFacts, controlFacts } from './scope.ts';

/** What a condition is judged with. */
export interface ConditionAids {
  /** Of an agent, over a window (ms) that ends now; asked only where an expression speaks of figures. */
  figures(agent: string, windowMs: number): Promise<AgentFigures>;
  /** What the steps before it came to, by id; null: that is still to come. */
  readonly steps: Readonly<Record<string, StepFacts>> | null;
}

/** The figures as they are read in earnest. */
export const readFiguresOf =
  (ctx: Context, fleet: Fleet): ConditionAids['figures'] =>
  async (agent, windowMs) => {
    const { collectFigures } = await import('./collect-figures.ts');
    return collectFigures(ctx, fleet, agent, windowMs);
  };

/** One expression about an agent, over the manifest's window. */
export const evaluateCondition = async (
  fleet: Fleet,
  agent: Agent | null,
  condition: Condition,
  { figures, steps }: ConditionAids,
  windowMs: number = fleet.defaults.windowMs,
): Promise<Judgement> => {
  const asksFigures = agent !== null && speaksOfFigures(condition.expression);
  const scope: Scope = {
    params: condition.params,
    agent: agent === null ? {} : agentFacts(agent),
    controls: agent === null ? {} : controlFacts(agent),
    figures: asksFigures ? ((await figures(agent.name, windowMs)) as Readonly<Record<string, Json>>) : {},
    steps: steps === null ? null : stepsSeen(condition, steps),
  };
  const present = judgePresence(condition.expression, scope);
  if (present !== null) return present;
  const { judgeExpression } = await import('./expression.ts');
  return judgeExpression(condition.expression, scope);
};

/**
 * Whether a planned step whose turn has come is to be done: the conditions that were left open while drawing, since they speak of earlier
 * steps. @param run the parameters of the run
 */
export const evaluateTurn = async (
  fleet: Fleet,
  { step, agent, condition }: Pick<PlannedStep, 'step' | 'agent' | 'condition'>,
  run: Readonly<Record<string, Json>>,
  aids: ConditionAids,
): Promise<Judgement> => {
  if (condition === null) return { value: true, why: null };
  const about = fleet.agents.find(({ name }) => name === agent) ?? null;
  for (const each of conditionsOf(step, run)) {
    const judged = await evaluateCondition(fleet, about, each, aids);
    if (judged.value !== true) return judged;
  }
  return { value: true, why: null };
};
