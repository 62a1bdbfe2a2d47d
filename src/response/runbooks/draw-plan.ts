import type { OpenControl } from '../../controls/actions/open-twins.ts';
import type { Fleet } from '../../fleet/agent.ts';
import { refusedError, unableError } from '../../ground/errors.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { paramsOf } from './conditions.ts';
import { drawOutline } from './draw-outline.ts';
import { type ConditionAids, evaluateCondition, readFiguresOf } from './evaluate-condition.ts';
import type { Outline } from './outline.ts';
import { locksOf, type Plan, type PlannedStep, planHash } from './plan.ts';
import { plannedSteps, type Sights } from './planned-steps.ts';
import { readTargets } from './read-targets.ts';
import type { Runbook } from './runbook.ts';
import { fill } from './template.ts';

/** What a plan is drawn with; a rehearsal hands in its own. */
export interface PlanAids {
  /** Opened to look only. */
  readonly open: OpenControl;
  /** Default: as the cache and the journal have them. */
  readonly figures?: ConditionAids['figures'];
}

export interface PlanRequest {
  readonly runbook: Runbook;
  /** As `givenParams` reads them. */
  readonly params: Readonly<Record<string, Json>>;
  readonly aids: PlanAids;
}

/**
 * What a run would do now: every target is looked at with the credential that may only look, and nothing is changed. A step that cannot be
 * done says so in the plan, so that all that is in the way is told at once. Throws a usage error where an agent is not in the fleet, a
 * refused error where something that the runbook requires is not so, an unable error where nobody knows.
 */
export const drawPlan = async (ctx: Context, fleet: Fleet, { runbook, params, aids }: PlanRequest): Promise<Plan> => {
  const drawnAt = ctx.clock.now();
  const conditionAids = { figures: onceEach(aids.figures ?? readFiguresOf(ctx, fleet)), steps: null };
  await requireAll(fleet, runbook, params, conditionAids);
  const outline = async (steps: Runbook['steps']): Promise<readonly Outline[]> => {
    const drawn: Outline[] = [];
    for (const step of steps) drawn.push(await drawOutline(fleet, step, params, conditionAids));
    return drawn;
  };
  const [steps, last] = [await outline(runbook.steps), await outline(runbook.finally)];
  const looked = await readTargets(ctx, [...steps, ...last], aids.open);
  const sights: Sights = { looked, moved: new Map() };
  const planned = { steps: plannedSteps(steps, sights), finally: plannedSteps(last, sights) };
  const agents = actedOn([...planned.steps, ...planned.finally]);
  const lock = runbook.lock === null ? null : String(fill(runbook.lock, params));
  const plan = { runbook: runbook.name, runbookHash: runbook.hash, params, ...planned, locks: locksOf(runbook, lock, agents), drawnAt };
  return { ...plan, hash: planHash(plan) };
};

const actedOn = (steps: readonly PlannedStep[]): readonly string[] =>
  [
    ...new Set(steps.flatMap(({ agent, control, skipped }) => (agent === null || control === null || skipped !== null ? [] : [agent]))),
  ].sort();

/** Figures of one agent over one window are read once, however many conditions ask. */
const onceEach = (figures: ConditionAids['figures']): ConditionAids['figures'] => {
  const known = new Map<string, ReturnType<ConditionAids['figures']>>();
  return (agent, windowMs) => {
    const key = canonicalJson([agent, windowMs]);
    const found = known.get(key) ?? figures(agent, windowMs);
    known.set(key, found);
    return found;
  };
};

const requireAll = async (fleet: Fleet, runbook: Runbook, params: PlanRequest['params'], aids: ConditionAids) => {
  const agentParams = runbook.params.filter(({ type }) => type === 'agent');
  const name = agentParams.length === 1 ? params[agentParams[0]?.name ?? ''] : null;
  const agent = fleet.agents.find((each) => each.name === name) ?? null;
  for (const expression of runbook.require) {
    const condition = { expression, params: paramsOf({ uses: [] }, params), prefix: '' };
    const judged = await evaluateCondition(fleet, agent, condition, aids);
    if (judged.value === true) continue;
    if (judged.value === false)
      throw refusedError({
        code: 'require_unmet',
        message: `${runbook.name} requires ${expression}, and that is not so`,
        hint: 'agentops status',
      });
    throw unableError({
      code: 'require_unknown',
      message: `${runbook.name} requires ${expression}, and that cannot be told: ${judged.why}`,
      hint: 'agentops sync',
    });
  }
};
