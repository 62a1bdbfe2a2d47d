import { dirname } from 'node:path';
import type { Fleet } from '../../fleet/agent.ts';
import { actorOf } from '../../ground/audit/actor.ts';
import { refusedError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { drawPlan } from '../runbooks/draw-plan.ts';
import { givenParams } from '../runbooks/given-params.ts';
import { loadRunbook } from '../runbooks/load-runbooks.ts';
import { openRunAids, type Verifiers } from '../runbooks/open-run-aids.ts';
import { obstaclesOf } from '../runbooks/plan.ts';
import { requireGuards } from '../runbooks/require-guards.ts';
import type { RunResult } from '../runbooks/run.ts';
import { runRunbook } from '../runbooks/run-runbook.ts';
import type { ScaleView } from './scale-view.ts';

/** The runbook by which the number of workers is set; a manifest may have its own of that name. */
export const scaleRunbook = 'scale';

/**
 * Gives an agent as many workers as was decided, with nobody asked: a plan of one step, carried out like any other. Throws a refused error
 * where something holds it back, a freeze or a lock.
 */
export const applyScale = async (
  ctx: Context,
  fleet: Fleet,
  { agent, decision }: Pick<ScaleView, 'agent' | 'decision'>,
  verifiers: Verifiers,
): Promise<RunResult> => {
  const runbook = await loadRunbook(ctx, fleet, scaleRunbook, dirname(fleet.path));
  const names = fleet.agents.map(({ name }) => name);
  const params = givenParams(runbook, { agent, replicas: String(decision.wanted) }, names);
  const aids = openRunAids(ctx, fleet, params, verifiers);
  const plan = await drawPlan(ctx, fleet, { runbook, params, aids: { open: aids.open } });
  const [blocked] = obstaclesOf(plan);
  if (blocked !== undefined)
    throw refusedError({
      code: 'plan_blocked',
      message: `step ${blocked.step} cannot be done: ${blocked.obstacle.why}`,
      hint: `agentops scale plan ${agent}`,
    });
  const guard = () => requireGuards(ctx, fleet, runbook, plan, { isAutomatic: true, ignoresTick: false });
  await guard();
  const cause = { kind: 'queue', why: decision.why } as const;
  const actor = actorOf(ctx.env, () => ctx.process.owner());
  return runRunbook(ctx, fleet, { plan, runbook, cause, actor, approvals: [], incident: null, guard }, aids, () => undefined);
};
