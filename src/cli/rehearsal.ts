import { openControl } from '../controls/actions/open-control.ts';
import { type OpenControl, openTwins } from '../controls/actions/open-twins.ts';
import { usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import { drawPlan } from '../response/runbooks/draw-plan.ts';
import { obstaclesOf } from '../response/runbooks/plan.ts';
import { healthyFigures } from '../response/runbooks/scope.ts';
import type { SimulationOptions } from '../response/runbooks/simulate-path.ts';
import type { AskedRunbook } from './asked-runbook.ts';

/** What a simulation needs: a plan drawn on healthy targets in memory. Throws a usage error where a step cannot be done at all. */
export const rehearsalOf = async (
  ctx: Context,
  { fleet, runbook, params }: AskedRunbook,
  seed: number | null,
): Promise<SimulationOptions> => {
  const real: OpenControl = (agent, slot, access) => openControl(ctx, fleet, agent, slot, access);
  const { open } = openTwins({ real, clock: ctx.clock });
  const plan = await drawPlan(ctx, fleet, { runbook, params, aids: { open, figures: async () => healthyFigures } });
  const [first] = obstaclesOf(plan);
  if (first !== undefined)
    throw usageError({
      code: 'plan_blocked',
      message: `step ${first.step} cannot be done: ${first.obstacle.why}`,
      hint: first.obstacle.hint ?? `agentops runbook plan ${runbook.name} --twins`,
    });
  return { runbook, plan, real, seed };
};
