import type { Fleet } from '../../fleet/agent.ts';
import type { Cache, Journal } from '../../ground/store/port.ts';
import type { QueueFacts } from './evaluation.ts';
import { readChecks } from './metrics/read-checks.ts';
import { readOverdue } from './metrics/read-mitigations.ts';
import { readProviders } from './metrics/read-providers.ts';
import { readTold } from './metrics/read-told.ts';
import { safetyAt } from './metrics/safety.ts';
import { fleetSpendAt, spendAt } from './metrics/spend.ts';
import { trafficOf } from './metrics/traffic.ts';
import type { ProviderPast } from './provider-past.ts';
import type { Rule, RuleType } from './rule.ts';
import { nothingSeen, type Samples } from './samples.ts';
import { allProviders, wholeFleet } from './subject.ts';

/** What every agent, the fleet as a whole, or the providers are seen to do, as of one moment. */
export type SamplesOf = (agent: string) => Samples;

/** What traces say as of moments (UTC epoch ms), one after the other, read as far as rules ask for it. Rollups must be up to date. */
export const traceSamples = (cache: Cache, fleet: Fleet): ((moment: number) => SamplesOf) => {
  const trafficAt = trafficOf(cache);
  const toldAt = readTold(cache, fleet);
  return (moment) => {
    const told = toldAt(moment);
    const [traffic, spend, safety] = [trafficAt(moment), spendAt(cache, fleet, moment), safetyAt(cache, fleet, moment)];
    return (agent) => {
      if (agent === wholeFleet) return { ...nothingSeen, ...fleetSpendAt(cache, fleet, moment) };
      const seen = traffic(agent);
      const toldOf = told(agent);
      // Where its spans were read before, they are gone from the windows soon.
      const safe = toldOf === null ? { safety: safety(agent, seen) } : {};
      return { ...nothingSeen, ...seen, ...safe, ...spend(agent, seen), ...toldOf };
    };
  };
};

export interface OwnQuestion {
  /** UTC epoch ms. */
  readonly moment: number;
  readonly rules: readonly Rule[];
  readonly queues: ReadonlyMap<string, QueueFacts>;
  /** Whose checks are wanted; absent: everybody's. */
  readonly agents?: Fleet['agents'];
  /** The calls of a range that the moment lies in; absent: they are read for it alone. */
  readonly calls?: ProviderPast | null;
}

/**
 * What this machine's own records say as of a moment (UTC epoch ms): checks, heartbeats, mitigations, queues; and of providers, what came of
 * calls as far as they are known and of probes.
 */
export const collectOwnSamples = async (
  { cache, journal }: { readonly cache: Cache; readonly journal: Journal },
  fleet: Fleet,
  { moment, rules, queues, agents = fleet.agents, calls = null }: OwnQuestion,
): Promise<SamplesOf> => {
  const types: ReadonlySet<RuleType> = new Set(rules.map(({ test }) => test.type));
  const safetyMs = Math.max(0, ...rules.flatMap(({ test }) => (test.type === 'safety' ? test.widths : [])));
  const checks = await readChecks(journal, agents, { moment, types, safetyMs });
  const overdue = types.has('mitigation_overdue') ? await readOverdue(journal, moment) : new Map();
  const widths = outageWidths(rules);
  const providers = widths.length === 0 ? null : await readProviders({ cache, journal }, fleet, { moment, widths, calls });
  return (agent) => ({
    ...nothingSeen,
    ...(agent === allProviders ? { providers: () => providers } : checks.get(agent)),
    overdue: () => overdue.get(agent) ?? [],
    queue: () => queues.get(agent) ?? null,
  });
};

/** The windows that rules look through for outages of providers, narrowest first. */
export const outageWidths = (rules: readonly Rule[]): readonly number[] =>
  [...new Set(rules.flatMap(({ test }) => (test.type === 'provider_outage' ? test.widths : [])))].sort((a, b) => a - b);
