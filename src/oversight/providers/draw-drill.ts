import { loadListPrices } from '../../agents/prices/load-list-prices.ts';
import { chainOf } from '../../agents/providers/chain.ts';
import { modelOf, mostCost } from '../../agents/providers/estimate.ts';
import { type Provider, providerNamed, providersOf } from '../../agents/providers/provider.ts';
import { probesSpentSince } from '../../agents/providers/provider-probes.journal.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { formatMoney } from '../../ground/units/amount.ts';
import { spentSince } from '../../quality/health/results.journal.ts';
import type { DrillPlan, LeftOut, PlannedProbe } from './drill.ts';

const dayMs = 86_400_000;

/** Money that may still be spent today; what is planned is taken off it. */
interface Purse {
  readonly perDayNanos: number;
  readonly of: string;
  leftNanos: number;
}

/**
 * What a drill of some chains would ask: every link that means the same is one question. What a budget does not allow, or nothing tells how to
 * ask, is left out. Sends nothing.
 */
export const drawDrill = async (ctx: Pick<Context, 'journal' | 'clock'>, fleet: Fleet, agents: readonly Agent[]): Promise<DrillPlan> => {
  const [journal, table] = [await ctx.journal(), await loadListPrices()];
  const now = ctx.clock.now();
  const today = now - (now % dayMs);
  const declared = providersOf(fleet);
  const purses = new Map<string, Purse>();
  const purseOf = async (key: string, of: string, perDayNanos: number | null, spent: () => Promise<number>): Promise<Purse | null> => {
    if (perDayNanos === null) return null;
    const purse = purses.get(key) ?? { perDayNanos, of, leftNanos: perDayNanos - (await spent()) };
    purses.set(key, purse);
    return purse;
  };
  const pursesFor = async ({ name, probeBudgetNanos }: Agent, { name: provider, limits }: Provider): Promise<readonly Purse[]> => {
    const own = await purseOf(
      `agent ${name}`,
      `probe_budget of ${name}`,
      probeBudgetNanos,
      async () => (await spentSince(journal, name, today)) + (await probesSpentSince(journal, { agent: name }, today)),
    );
    const its = await purseOf(`provider ${provider}`, `limits.per_day of ${provider}`, limits.perDayNanos, () =>
      probesSpentSince(journal, { provider }, today),
    );
    return [own, its].filter((purse) => purse !== null);
  };
  const chains = agents.map((agent) => ({ agent: agent.name, hops: chainOf(declared, agent) }));
  const probes = new Map<string, PlannedProbe>();
  const leftOut: LeftOut[] = [];
  for (const agent of agents) {
    for (const { name: hop, provider: name, model } of chainOf(declared, agent)) {
      const link = { agent: agent.name, hop };
      const provider = providerNamed(declared, name);
      if (provider === null) {
        leftOut.push({ ...link, why: `nothing tells how to ask it: there is no providers.${name} in the manifest` });
        continue;
      }
      const ownModel = modelOf(provider.probe.config);
      if (model !== null && ownModel === null) {
        leftOut.push({
          ...link,
          why: `the probe of ${provider.name} (${provider.probe.kind}) names no model that ${model} could stand in for`,
        });
        continue;
      }
      const key = JSON.stringify([provider.name, model ?? ownModel]);
      const known = probes.get(key);
      if (known !== undefined) {
        probes.set(key, { ...known, links: [...known.links, link] });
        continue;
      }
      const mostNanos = mostCost(provider, model ?? ownModel, { prices: fleet.prices, table, now });
      const bounds = await pursesFor(agent, provider);
      const empty = bounds.find(({ leftNanos }) => (mostNanos === null ? leftNanos <= 0 : mostNanos > leftNanos));
      if (empty !== undefined) {
        leftOut.push({
          ...link,
          why: `the ${empty.of} (${formatMoney(empty.perDayNanos)} a day) has ${formatMoney(Math.max(0, empty.leftNanos))} left`,
        });
        continue;
      }
      for (const purse of bounds) purse.leftNanos -= mostNanos ?? 0;
      probes.set(key, { provider, model, links: [link], mostNanos });
    }
  }
  return { chains, probes: [...probes.values()], leftOut };
};
