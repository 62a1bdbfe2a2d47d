import type { Fleet } from '../../fleet/agent.ts';
import { seededRandom } from '../../ground/math/seeded.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { openFreshCache } from '../stats/open-fresh-cache.ts';
import type { BudgetProposals } from './budget-proposal.ts';
import { drawDays } from './estimate.ts';
import { limitAdvice } from './limit-advice.ts';
import { readRequests } from './read-requests.ts';

/** The most that a request of each agent may cost, by what its requests cost in a window. `agents` empty: every agent. */
export const collectBudgets = async (
  ctx: Context,
  fleet: Fleet,
  { agents, window: asked }: { readonly agents: readonly string[]; readonly window: Range },
): Promise<BudgetProposals> => {
  const cache = await openFreshCache(ctx);
  const window = { fromUs: Math.floor(asked.fromUs / widthUs.day) * widthUs.day, toUs: asked.toUs };
  const wanted = fleet.agents.filter(({ name }) => agents.length === 0 || agents.includes(name));
  const draws = drawDays(seededRandom(1));
  const read = new Map(
    readRequests(
      cache,
      wanted.map(({ name }) => name),
      window,
    ).map((each) => [each.evidence.agent, each]),
  );
  const judged = wanted.map((agent) => {
    const requests = read.get(agent.name);
    const advice = requests === undefined ? null : limitAdvice(requests, draws);
    return { agent, requests, draft: advice?.drafts[0] ?? null, missing: advice?.lacks[0]?.missing ?? 'nothing is known of its requests' };
  });
  return {
    fleet: fleet.name,
    generatedAt: ctx.clock.now(),
    window,
    proposals: judged.flatMap(({ agent, requests, draft }) => {
      if (requests === undefined || draft === null || draft.step.kind !== 'budget') return [];
      return {
        agent: agent.name,
        file: agent.at.file,
        nowNanos: agent.budget.perRequestNanos,
        proposedNanos: draft.step.perRequestNanos,
        requests: requests.evidence.days.reduce((sum, day) => sum + day.requests, 0),
        stopped: requests.beyond.length,
        stoppedSucceeded: requests.beyond.filter(({ isError }) => !isError).length,
        saving: draft.saving,
        harm: draft.harm,
      };
    }),
    problems: judged.flatMap(({ agent, draft, missing }) => (draft === null ? [{ agent: agent.name, missing }] : [])),
  };
};
