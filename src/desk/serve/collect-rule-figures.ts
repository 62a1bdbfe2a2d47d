import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Sample } from '../../ground/output/prometheus.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { whyOutOfReach } from '../../ground/store/out-of-reach.ts';
import type { Cache, Journal } from '../../ground/store/port.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { readOpenAlerts } from '../../oversight/alerts/alerts.journal.ts';
import { collectOwnSamples, type SamplesOf, traceSamples } from '../../oversight/alerts/collect-samples.ts';
import { readLastInput } from '../../oversight/alerts/inputs.journal.ts';
import { isSent, momentOf, watermarkOf } from '../../oversight/alerts/metrics/moments.ts';
import { makesRed, redAbove } from '../../oversight/alerts/quieting.ts';
import type { Rule } from '../../oversight/alerts/rule.ts';
import { concerns, rulesOf } from '../../oversight/alerts/rules.ts';
import type { Samples } from '../../oversight/alerts/samples.ts';
import { fleetSubject, wholeFleet } from '../../oversight/alerts/subject.ts';
import { lastBeat } from '../../quality/health/results.journal.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { sourceOfAgent } from '../../telemetry/traces/fleet-ownership.ts';
import { readMarks } from '../../telemetry/traces/marks.journal.ts';
import { readProgress } from '../../telemetry/traces/spans.cache.ts';
import type { RuleMetric, RuleSamples } from '../../views/rule-metrics.ts';
import { type Figure, fleetFigures, ownFigures, promisedFigures, spentFigures, tracedFigures, typedErrorFigures } from './rule-figures.ts';

/**
 * Every figure that alert rules look at, of every agent, as the rules themselves would see it now. Traces are looked at as of the moment up to
 * which their source is known, not as of now: of a source that is silent the last figures stand, beside how old they are. What a team's journal
 * holds is left out while that is out of reach.
 */
export const collectRuleFigures = async (
  ctx: Pick<Context, 'cache' | 'journal' | 'clock' | 'signal'>,
  fleet: Fleet,
): Promise<RuleSamples> => {
  const cache = await openFreshCache(ctx);
  const now = ctx.clock.now();
  const rules = rulesOf(fleet);
  const sources = openSources(cache, fleet, now);
  const recalled = await recall(ctx, fleet, { cache, rules, now });
  const found = new Map<RuleMetric, Sample[]>();
  /** @param agent null: the fleet as a whole */
  const put = (agent: string | null, figures: readonly Figure[]): void => {
    for (const { metric, labels, value } of figures) {
      if (value === null) continue;
      const samples = found.get(metric) ?? [];
      found.set(metric, samples);
      samples.push({ labels: agent === null ? labels : { agent, ...labels }, value });
    }
  };
  for (const agent of fleet.agents) {
    const { name } = agent;
    const asking = rules.filter((rule) => concerns(rule, agent));
    put(name, promisedFigures(agent));
    if (recalled !== null) put(name, ownFigures(asking, recalled.own(name)));
    const seen = sources.of(agent);
    if (seen === null) continue;
    put(name, spentFigures(agent, asking, seen.known));
    put(name, typedErrorFigures(seen.known, fleet.defaults.windowMs));
    for (const rule of asking) put(name, tracedFigures(rule, agent, seen.known, seen.newest));
  }
  const [whole, spent] = [fleetSubject(fleet), sources.whole()];
  if (whole !== null && spent !== null) put(null, fleetFigures(whole, rules, spent));
  return {
    ...Object.fromEntries(found),
    ...recalled?.samples,
    agentops_traces_known_timestamp_seconds: sources.known.map(({ name, moment }) => sample({ backend: name }, moment)),
    agentops_journal_up: [{ labels: {}, value: Number(recalled !== null) }],
    agentops_figures_timestamp_seconds: [sample({}, now)],
  };
};

/** What the journal knows. */
interface Recalled {
  readonly own: SamplesOf;
  readonly samples: RuleSamples;
}

interface Asked {
  readonly cache: Cache;
  readonly rules: readonly Rule[];
  /** UTC epoch ms. */
  readonly now: number;
}

/** Null: it is a team's, and out of reach. */
const recall = async (ctx: Pick<Context, 'journal'>, fleet: Fleet, asked: Asked): Promise<Recalled | null> => {
  try {
    return await readJournal(await ctx.journal(), fleet, asked);
  } catch (thrown) {
    if (whyOutOfReach(thrown, fleet.database !== null) === null) throw thrown;
    return null;
  }
};

const readJournal = async (journal: Journal, fleet: Fleet, { cache, rules, now }: Asked): Promise<Recalled> => {
  const own = await collectOwnSamples({ cache, journal }, fleet, { moment: now, rules, queues: new Map() });
  const alerts = await readOpenAlerts(journal);
  const judged = (await readLastInput(journal))?.at ?? null;
  return {
    own,
    samples: {
      agentops_agent_parent_red: parentsOf(fleet.agents, rules, alerts, (name) => (own(name).red() ?? []).length > 0),
      agentops_alert_state: alerts.map(alertSample),
      agentops_release_timestamp_seconds: await releasesOf(journal, now),
      agentops_heartbeat_timestamp_seconds: await beatsOf(journal, fleet.agents, now),
      agentops_alerts_judged_timestamp_seconds: judged === null ? [] : [sample({}, judged)],
    },
  };
};

/** @param at UTC epoch ms */
const sample = (labels: Sample['labels'], at: number): Sample => ({ labels, value: at / 1000 });

/** What traces say of an agent: as of the moment that its source is known up to, and as new as single requests are. */
interface Seen {
  readonly known: Samples;
  readonly newest: Samples;
}

const openSources = (cache: Cache, fleet: Fleet, now: number) => {
  const samplesAt = traceSamples(cache, fleet);
  const kept = new Map<number, (agent: string) => Samples>();
  const at = (moment: number) => {
    const found = kept.get(moment) ?? samplesAt(moment);
    kept.set(moment, found);
    return found;
  };
  const sources = new Map<string, { readonly known: number; readonly newest: number } | null>();
  const sourceAt = (name: string) => {
    const found = sources.get(name);
    if (found !== undefined) return found;
    const progress = readProgress(cache, name);
    const watermark = watermarkOf(progress, now);
    // A cap is exceeded for good: what agents send by themselves need not wait until nothing older can come.
    const source = watermark === null ? null : { known: momentOf(watermark), newest: isSent(progress) ? now : momentOf(watermark) };
    sources.set(name, source);
    return source;
  };
  // One agent is asked at a time: to find it among a thousand a thousand times takes long.
  const nameOf = (agent: Agent) => sourceOfAgent({ agents: [agent], backends: fleet.backends }, agent.name);
  const names = [...new Set(fleet.agents.flatMap((agent) => nameOf(agent) ?? []))];
  const known = names.flatMap((name) => {
    const source = sourceAt(name);
    return source === null ? [] : [{ name, moment: source.known }];
  });
  return {
    known,
    of(agent: Agent): Seen | null {
      const name = nameOf(agent);
      const source = name === null ? null : sourceAt(name);
      return source === null ? null : { known: at(source.known)(agent.name), newest: at(source.newest)(agent.name) };
    },
    /** What was spent is spent, however late another source is. */
    whole: (): Samples | null => (known.length === 0 ? null : at(Math.max(...known.map(({ moment }) => moment)))(wholeFleet)),
  };
};

/** Older releases are no news on any dashboard. */
const releasesMs = 30 * 86_400_000;

const releasesOf = async (journal: Journal, now: number): Promise<readonly Sample[]> => {
  const marks = await readMarks(journal, { since: now - releasesMs });
  return [...new Map(marks.map(({ agent, at }) => [agent, at]))].map(([agent, at]) => sample({ agent }, at));
};

const beatsOf = async (journal: Journal, agents: readonly Agent[], now: number): Promise<readonly Sample[]> => {
  const waiting = agents.flatMap(({ name, checks }) =>
    checks.flatMap(({ id, heartbeat }) => (heartbeat === null ? [] : [[name, id] as const])),
  );
  const beats: Sample[] = [];
  for (const [agent, check] of waiting) {
    const beat = await lastBeat(journal, agent, check, now);
    if (beat !== null) beats.push(sample({ agent, check }, beat.at));
  }
  return beats;
};

const parentsOf = (
  agents: readonly Agent[],
  rules: readonly Rule[],
  alerts: readonly Alert[],
  isRed: (agent: string) => boolean,
): readonly Sample[] => {
  if (!rules.some(({ inhibitedByParents }) => inhibitedByParents)) return [];
  const red = new Set([...alerts.filter(makesRed).map(({ agent }) => agent), ...agents.map(({ name }) => name).filter(isRed)]);
  const above = redAbove(agents, red);
  return agents
    .filter(({ dependsOn }) => dependsOn.length > 0)
    .map(({ name }) => ({ labels: { agent: name }, value: Number(above.has(name)) }));
};

const alertSample = ({ rule, agent, label, severity, category, instance: { state } }: Alert): Sample => ({
  labels: { rule, agent, label, severity, category, state },
  value: 1,
});
