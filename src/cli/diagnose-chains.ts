import { type DrilledHop, readDrilledHops } from '../agents/providers/provider-probes.journal.ts';
import type { Fleet } from '../fleet/agent.ts';
import { listOf } from '../ground/output/phrases.ts';
import type { Context } from '../ground/runtime/context.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';

const { ok, warn } = findingsIn('fallback chains');

/** Older drills prove nothing, ms. */
const provenForMs = 30 * 86_400_000;

/** When each link of each chain was last seen to answer. The journal must be there. */
export const diagnoseChains = async (ctx: Context, fleet: Fleet): Promise<readonly Diagnosed[]> => {
  const chained = fleet.agents.filter(({ fallback }) => fallback.length > 0);
  if (chained.length === 0) return [];
  const now = ctx.clock.now();
  const hops = await readDrilledHops(await ctx.journal(), now - provenForMs);
  return chained.map(({ name, fallback }) => {
    const seen = fallback.map((link) => ({ link, hop: hops.find(({ agent, hop }) => agent === name && hop === link) }));
    const told = listOf(seen.map(({ link, hop }) => `${link} ${standingOf(hop, now)}`));
    return seen.every(({ hop }) => isProven(hop)) ? ok(name, told) : warn(name, told, `agentops providers drill ${name}`);
  });
};

const isProven = (hop: DrilledHop | undefined): boolean => hop?.proven != null && hop.proven.at >= (hop.failedAt ?? 0);

const standingOf = (hop: DrilledHop | undefined, now: number): string => {
  if (hop === undefined) return 'was not drilled in 30 days';
  if (isProven(hop)) return `answered ${humanDuration(now - (hop.proven?.at ?? now))} ago`;
  return hop.failedAt === null ? 'could not be asked' : `did not answer ${humanDuration(now - hop.failedAt)} ago`;
};
