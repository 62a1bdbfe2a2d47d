import type { Fleet } from '../fleet/agent.ts';
import { defaultPolicies, judgePolicies } from '../fleet/policy.ts';
import type { Context } from '../ground/runtime/context.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';
import { collectProtection } from './policy-evidence.ts';

const { ok, warn } = findingsIn('runaways');

/** Which agents nothing would stop within seconds where one of their requests does not end. */
export const diagnoseRunaways = async (ctx: Context, fleet: Fleet): Promise<readonly Diagnosed[]> => {
  const protection = await collectProtection(ctx, fleet);
  const policies = defaultPolicies.filter(({ require }) => require === 'protected').map((policy) => ({ ...policy, tiers: [] }));
  // Whether an agent gets requests at all is only known where its traces are read.
  const asked = fleet.agents.filter(({ endpoint, traces }) => endpoint !== null || traces !== null);
  const evidenceOf = (agent: Fleet['agents'][number]) => ({
    now: ctx.clock.now(),
    killDrilledAt: null,
    chain: { links: new Map(), crosses: null, why: '' },
    guarded: () => null,
    protection: protection(agent),
  });
  return judgePolicies(policies, asked, evidenceOf).map(({ agent, verdict, reason, hint }) =>
    verdict === 'pass' ? ok(agent, reason) : warn(agent, reason, hint),
  );
};
