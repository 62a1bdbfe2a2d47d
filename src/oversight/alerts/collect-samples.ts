import type { Fleet } from '../../fleet/agent.ts';
import type { Cache, Journal } from '../../ground/store/port.ts';
import type { QueueFacts } from './evaluation.ts';
import { readChecks } from './metrics/read-checks.ts';
import { readOverdue } from './metrics/read-mitigations.ts';
import { safetyAt } from './metrics/safety.ts';
import { fleetSpendAt, spendAt } from './metrics/spend.ts';
import { trafficOf } from './metrics/traffic.ts';
import type { Rule, RuleType } from './rule.ts';
import { nothingSeen, type Samples } from './samples.ts';
import { wholeFleet } from './subject.ts';

/** What every agent, or the fleet as a whole, is seen to do, as of one moment. */
export type SamplesOf = (agent: string) => Samples;

/** What traces say as of moments (UTC epoch ms), one after the other, read as far as rules ask for it. Rollups must be up to date. */
export const traceSamples = (cache: Cache, fleet: Fleet): ((moment: number) => SamplesOf) => {
  const trafficAt = trafficOf(cache);
  return (moment) => {
    const [traffic, spend, safety] = [trafficAt(moment), spendAt(cache, fleet, moment), safetyAt(cache, fleet, moment)];
    return (agent) => {
      if (agent === wholeFleet) return { ...nothingSeen, ...fleetSpendAt(cache, fleet, moment) };
      const seen = traffic(agent);
      return { ...nothingSeen, ...seen, ...spend(agent, seen), safety: safety(agent, seen) };
    };
  };
};

/** What this machine's own records say as of a moment (UTC epoch ms): checks, heartbeats, mitigations, queues. */
export const collectOwnSamples = async (
  journal: Journal,
  { agents }: Pick<Fleet, 'agents'>,
  { moment, rules, queues }: { readonly moment: number; readonly rules: readonly Rule[]; readonly queues: ReadonlyMap<string, QueueFacts> },
): Promise<SamplesOf> => {
  const types: ReadonlySet<RuleType> = new Set(rules.map(({ test }) => test.type));
  const safetyMs = Math.max(0, ...rules.flatMap(({ test }) => (test.type === 'safety' ? test.widths : [])));
  const checks = await readChecks(journal, agents, { moment, types, safetyMs });
  const overdue = types.has('mitigation_overdue') ? await readOverdue(journal, moment) : new Map();
  return (agent) => ({
    ...nothingSeen,
    ...checks.get(agent),
    overdue: () => overdue.get(agent) ?? [],
    queue: () => queues.get(agent) ?? null,
  });
};
