import { join } from 'node:path';
import { crossingOf } from '../agents/providers/crossing.ts';
import { type DrilledHop, readDrilledHops } from '../agents/providers/provider-probes.journal.ts';
import { standingMitigations } from '../controls/actions/mitigations.journal.ts';
import type { Agent, Fleet } from '../fleet/agent.ts';
import type { ChainEvidence, PolicyEvidence, Protection } from '../fleet/policy.ts';
import { digString } from '../ground/json.ts';
import type { Context } from '../ground/runtime/context.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { capRulesFor } from '../oversight/alerts/evaluate-caps.ts';
import { readGuarded } from '../telemetry/stats/guardrails.cache.ts';
import { sourceOfAgent } from '../telemetry/traces/fleet-ownership.ts';
import { readListening } from '../telemetry/traces/listening.cache.ts';
import { drillKey, lastDrills } from './diagnose-runbooks.ts';
import { isJournalThere } from './open-journal.ts';

/** What would stop a request of each agent that does not end, as far as manifest and journal tell. Looking makes no journal. */
export const collectProtection = async (ctx: Context, fleet: Fleet): Promise<(agent: Agent) => Protection> => {
  const standing = isJournalThere(ctx, fleet) ? await standingMitigations(await ctx.journal()) : [];
  const limited = new Set(
    standing
      .filter(({ action, control, expiresAt }) => action === 'throttle' && control.kind === gateway && expiresAt === null)
      .map(({ agent }) => agent),
  );
  const deaf = await deafnessOf(ctx, fleet);
  return (agent) => ({
    isLimitedInline: limited.has(agent.name),
    canBeLimitedInline: canBeLimited(agent),
    isServed: isServed(fleet, agent),
    deaf,
    isCapped: capRulesFor(fleet, agent).length > 0,
  });
};

const gateway = 'litellm';

/** A receiver under load may say nothing of itself for so long, ms. */
const listensWithinMs = 5 * 60_000;

/** What tells that no receiver of this state listens; null where one does, and where none could have left a sign. */
const deafnessOf = async (ctx: Context, fleet: Fleet): Promise<string | null> => {
  if (!isCacheThere(ctx, fleet)) return null;
  const heard = readListening(await ctx.cache());
  if (heard === null) return 'agentops serve has never listened here';
  const silentMs = ctx.clock.now() - heard.at;
  return silentMs <= listensWithinMs ? null : `agentops serve last listened ${humanDuration(silentMs)} ago`;
};

const isCacheThere = (ctx: Context, fleet: Fleet): boolean => ctx.files.exists(join(fleet.stateFolder, 'cache.db'));

/** Whether a gateway in front of an agent has a key or a team of its own to hold limits. */
export const canBeLimited = ({ controls: { throttle } }: Pick<Agent, 'controls'>): boolean =>
  throttle?.kind === gateway && ['key_alias', 'key', 'team'].some((name) => digString(throttle.config, name) !== null);

const isServed = (fleet: Fleet, { name }: Agent): boolean => {
  const source = sourceOfAgent(fleet, name);
  const kind = source === null ? undefined : fleet.backends[source]?.kind;
  // Where a fleet names no backend, what it sends to serve is all there is.
  return kind === 'otlp' || (source !== null && kind === undefined);
};

/** Older drills prove nothing to any policy, ms. */
const drillBackMs = 366 * 86_400_000;

/** What drills have shown of the chain of an agent. */
export const chainEvidence = ({ name, fallback }: Pick<Agent, 'name' | 'fallback'>, hops: readonly DrilledHop[]): ChainEvidence => {
  const own = new Map(hops.filter(({ agent }) => agent === name).map((each) => [each.hop, each]));
  const links = fallback.map((hop) => ({ hop, answerer: own.get(hop)?.proven?.answerer ?? null }));
  return {
    links: new Map([...own].map(([hop, { proven, failedAt }]) => [hop, { provenAt: proven?.at ?? null, failedAt }])),
    ...crossingOf(links),
  };
};

/** All that policies ask about. What was never read or run makes no cache and no journal. */
export const collectPolicyEvidence = async (ctx: Context, fleet: Fleet): Promise<(agent: Agent) => PolicyEvidence> => {
  const drills = isJournalThere(ctx, fleet) ? await lastDrills(ctx) : new Map<string, number>();
  const cache = isCacheThere(ctx, fleet) ? await ctx.cache() : null;
  const protection = await collectProtection(ctx, fleet);
  const now = ctx.clock.now();
  const hops = isJournalThere(ctx, fleet) ? await readDrilledHops(await ctx.journal(), now - drillBackMs) : [];
  return (agent) => ({
    now,
    chain: chainEvidence(agent, hops),
    killDrilledAt: drills.get(drillKey(agent.name, 'kill')) ?? null,
    guarded: (withinMs) => (cache === null ? null : readGuarded(cache, agent.name, (now - withinMs) * 1000)),
    protection: protection(agent),
  });
};
