import { providersOf } from '../../agents/providers/provider.ts';
import { probesBetween } from '../../agents/providers/provider-probes.journal.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { outageWidths } from './collect-samples.ts';
import { newsOf, readProviderPast, seenOf } from './metrics/read-providers.ts';
import type { OwnPast } from './open-own-past.ts';
import type { Rule } from './rule.ts';
import { nothingSeen } from './samples.ts';
import { allProviders } from './subject.ts';

export interface ProviderPastRequest {
  readonly rules: readonly Rule[];
  /** First and last moment, UTC epoch ms. */
  readonly from: number;
  readonly until: number;
  /** How much later than a moment it is judged: calls are known up to the moment itself. */
  readonly lagMs: number;
}

/** The past of this machine's own records with what came of calls to providers and of probes; unchanged where no rule is about providers. */
export const openProviderPast = async (
  ctx: Pick<Context, 'cache' | 'journal' | 'signal'>,
  fleet: Pick<Fleet, 'sections'>,
  own: OwnPast,
  { rules, from, until, lagMs }: ProviderPastRequest,
): Promise<OwnPast> => {
  const widths = outageWidths(rules);
  if (widths.length === 0) return own;
  const widest = Math.max(...widths);
  const past = readProviderPast(await openFreshCache(ctx), fleet, { from: from - widest, to: until });
  const journal = await ctx.journal();
  const declared = providersOf(fleet);
  const probes = new Map<string, Awaited<ReturnType<typeof probesBetween>>>();
  for (const provider of declared)
    probes.set(provider.name, await probesBetween(journal, provider.name, { since: from - newsOf(provider), until: until + lagMs }));
  const newsMs = new Map(declared.map((provider) => [provider.name, newsOf(provider)]));
  const probesAt = (provider: string, at: number) =>
    (probes.get(provider) ?? []).filter((probe) => probe.at <= at && probe.at > at - (newsMs.get(provider) ?? 0)).map(seenOf);
  const hasProbe = (before: number, at: number): boolean =>
    [...probes.values()].some((all) => all.some((probe) => probe.at > before && probe.at <= at));
  return {
    ...own,
    // Where no call failed in the widest window, what is at rest stays so.
    hasNews: (name, before, at) =>
      name === allProviders ? past.hasFailed(at - lagMs - widest, at - lagMs) || hasProbe(before, at) : own.hasNews(name, before, at),
    at: (at) => {
      const ownAt = own.at(at);
      return (name) =>
        name === allProviders
          ? {
              ...nothingSeen,
              providers: () => past.at(at - lagMs, widths).map((sample) => ({ ...sample, probes: probesAt(sample.provider, at) })),
            }
          : ownAt(name);
    },
  };
};
