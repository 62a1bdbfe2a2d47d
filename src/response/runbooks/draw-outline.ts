import { boundControls } from '../../controls/actions/bound.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';
import { suggestion } from '../../fleet/problem-words.ts';
import { usageError } from '../../ground/errors.ts';
import type { Json } from '../../ground/json.ts';
import { boundExpression, conditionsOf, paramsOf, speaksOfSteps } from './conditions.ts';
import { type ConditionAids, evaluateCondition } from './evaluate-condition.ts';
import { type Outline, orSkipped } from './outline.ts';
import type { Obstacle } from './plan.ts';
import type { Step } from './runbook.ts';
import { fill, fillArguments } from './template.ts';
import { agentKinds, controlPath, ownControl, wishOf } from './wish.ts';

/** Throws a usage error where the step names an agent that is not in the fleet. */
export const drawOutline = async (
  fleet: Fleet,
  written: Step,
  run: Readonly<Record<string, Json>>,
  aids: ConditionAids,
): Promise<Outline> => {
  const params = paramsOf(written, run);
  const step = boundStep(written, params);
  const args = fillArguments(step.args, params);
  const agent = agentOf(fleet, step, params);
  const turn = await judgeConditions(fleet, step, agent, run, aids);
  const outline = { step, agent: agent?.name ?? null, params, args, condition: turn.condition };
  const wish = wishOf(step, args, params);
  const nothing = { ...outline, wish, controls: [] };
  if (turn.skipped !== null || turn.blocked !== null) return { ...nothing, ...orSkipped(step, turn) };
  if (wish === null) return { ...nothing, skipped: null, blocked: null };
  const controls = wish.action === 'call' ? [ownControl(step)] : agent === null ? [] : boundControls(agent.controls, wish.action);
  const path = controlPath(wish.action);
  const unbound: Obstacle = {
    kind: 'unbound',
    why: `${agent?.name ?? 'no agent'} has no ${path}: nothing is bound to ${wish.action}`,
    hint: `bind it under agents.${agent?.name ?? 'NAME'}.${path}, see agentops explain agents.${path}`,
  };
  const { skipped, blocked } = orSkipped(step, { skipped: null, blocked: controls.length === 0 ? unbound : null });
  return { ...outline, wish, controls, skipped, blocked };
};

/** A step with all that its parameters say beside its arguments. */
const boundStep = (step: Step, params: Readonly<Record<string, Json>>): Step => {
  const { ttlParam, verify, kind, args } = step;
  const ttl = ttlParam === null ? step.ttlMs : params[ttlParam];
  const expression = args['expression'];
  return {
    ...step,
    ttlMs: typeof ttl === 'number' ? ttl : null,
    ttlParam: null,
    verify: verify === null || verify.expression === null ? verify : { ...verify, expression: boundExpression(verify.expression, params) },
    args: kind === 'query' && typeof expression === 'string' ? { ...args, expression: boundExpression(expression, params) } : args,
  };
};

const agentOf = (fleet: Fleet, step: Step, params: Readonly<Record<string, Json>>): Agent | null => {
  const name = step.target === null ? null : String(fill(step.target, params) ?? '');
  if (name === null && !agentKinds.includes(step.kind)) return null;
  const agent = fleet.agents.find((each) => each.name === name);
  if (agent !== undefined) return agent;
  const names = fleet.agents.map((each) => each.name);
  throw usageError({
    code: 'agent_unknown',
    message:
      name === null
        ? `step ${step.id} does not say which agent it acts on`
        : `step ${step.id} acts on ${JSON.stringify(name)}, which is no agent of this fleet`,
    hint: name === null ? 'add target:, or a parameter of type agent' : (suggestion(name, names) ?? 'agentops validate'),
  });
};

interface Turn {
  readonly skipped: string | null;
  readonly blocked: Obstacle | null;
  readonly condition: string | null;
}

/** What can be told now is; where that takes what earlier steps come to, it is left open. */
const judgeConditions = async (
  fleet: Fleet,
  step: Step,
  agent: Agent | null,
  run: Readonly<Record<string, Json>>,
  aids: ConditionAids,
): Promise<Turn> => {
  const open: string[] = [];
  for (const condition of conditionsOf(step, run)) {
    const judged = await evaluateCondition(fleet, agent, condition, aids);
    if (judged.value === false) return { skipped: `${condition.expression} is not so`, blocked: null, condition: null };
    if (judged.value === 'inconclusive' && speaksOfSteps(condition.expression)) open.push(condition.expression);
    else if (judged.value === 'inconclusive') {
      const why = `whether to do it cannot be told: ${judged.why}`;
      return { skipped: null, blocked: { kind: 'undecided', why, hint: 'agentops sync' }, condition: null };
    }
  }
  return { skipped: null, blocked: null, condition: open.length === 0 ? null : open.join(' && ') };
};
