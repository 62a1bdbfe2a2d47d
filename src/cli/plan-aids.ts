import { openControl } from '../controls/actions/open-control.ts';
import type { OpenControl } from '../controls/actions/open-twins.ts';
import type { Fleet } from '../fleet/agent.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { PlanAids } from '../response/runbooks/draw-plan.ts';
import { healthyFigures } from '../response/runbooks/scope.ts';

/** What a plan is drawn with: the real targets and figures, or a healthy agent in memory. */
export const openAids = async (ctx: Context, fleet: Fleet, isRehearsed: boolean): Promise<PlanAids> => {
  const real: OpenControl = (agent, slot, access) => openControl(ctx, fleet, agent, slot, access);
  if (!isRehearsed) return { open: real };
  const { openTwins } = await import('../controls/actions/open-twins.ts');
  return { open: openTwins({ real, clock: ctx.clock }).open, figures: async () => healthyFigures };
};
