import { dependentsOf } from '../../agents/providers/dependents.ts';
import { knownAs, providersOf } from '../../agents/providers/provider.ts';
import { latestProbes } from '../../agents/providers/provider-probes.journal.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { readSynced } from '../../telemetry/stats/figures.cache.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { readTimedCalls } from '../../telemetry/stats/provider-calls.cache.ts';
import { readProviders } from '../alerts/metrics/read-providers.ts';
import { usualOutage } from '../alerts/usual-outage.ts';
import { type CallTally, openTally } from './call-figures.ts';
import type { ProviderReport, ProviderRow } from './provider-report.ts';
import { type ProviderState, standingOf } from './standing.ts';

/** A provider that nobody of the fleet called and nobody probed for so long is shown without a probe, ms. */
const probeBackMs = 30 * 86_400_000;

const severity: readonly ProviderState[] = ['out', 'degraded', 'unknown', 'up'];

/** How every provider is, by the calls of a window and by the last probes. Asks nobody. */
export const collectProviders = async (
  ctx: Pick<Context, 'cache' | 'journal' | 'clock' | 'signal'>,
  fleet: Fleet,
  { sinceMs }: { readonly sinceMs: number },
): Promise<ProviderReport> => {
  const [cache, journal] = [await openFreshCache(ctx), await ctx.journal()];
  const now = ctx.clock.now();
  const declared = providersOf(fleet);
  const { params, widths } = usualOutage;
  const samples = new Map((await readProviders({ cache, journal }, fleet, { moment: now, widths })).map((each) => [each.provider, each]));
  const tallies = new Map<string, { readonly whole: CallTally; readonly models: Map<string, CallTally> }>();
  const callsBy = new Map<string, Map<string, number>>();
  let unnamed = 0;
  for (const call of readTimedCalls(cache, { fromUs: (now - sinceMs) * 1000, toUs: now * 1000 })) {
    if (call.provider === null) {
      unnamed += 1;
      continue;
    }
    const name = knownAs(declared, call.provider);
    const tally = tallies.get(name) ?? { whole: openTally(), models: new Map() };
    tallies.set(name, tally);
    const model = call.model ?? '(none)';
    const ofModel = tally.models.get(model) ?? openTally();
    tally.models.set(model, ofModel);
    tally.whole.add(call);
    ofModel.add(call);
    const of = callsBy.get(call.agent ?? '') ?? new Map<string, number>();
    callsBy.set(call.agent ?? '', of.set(name, (of.get(name) ?? 0) + 1));
  }
  const names = [...new Set([...declared.map(({ name }) => name), ...samples.keys(), ...tallies.keys()])];
  const rows: ProviderRow[] = [];
  for (const provider of names) {
    const own = declared.find(({ name }) => name === provider);
    const { whole = openTally(), models = new Map<string, CallTally>() } = tallies.get(provider) ?? {};
    const figures = whole.figures();
    const [probe = null] =
      own === undefined ? [] : await latestProbes(journal, provider, { since: now - probeBackMs, until: now, limit: 1 });
    const sample = samples.get(provider) ?? { provider, windows: [], usual: { n: 0, bad: 0 }, probes: [] };
    const limits = own?.limits ?? { errorRate: null, latencyP95Ms: null, perDayNanos: null };
    rows.push({
      ...{ provider, isDeclared: own !== undefined, figures, probe },
      ...standingOf(params, { now, sample, limits, figures, probe }),
      models: [...models]
        .map(([model, tally]) => ({ model, figures: tally.figures() }))
        .sort((a, b) => b.figures.n - a.figures.n || (a.model < b.model ? -1 : 1)),
      dependents: dependentsOf(fleet.agents, declared, callsBy, provider),
    });
  }
  const syncedUs = readSynced(cache);
  return {
    from: now - sinceMs,
    to: now,
    syncedAt: syncedUs === null ? null : Math.floor(syncedUs / 1000),
    providers: rows.sort((a, b) => severity.indexOf(a.state) - severity.indexOf(b.state)),
    unnamed,
  };
};
