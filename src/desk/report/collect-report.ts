import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { readAlerts, readEvents } from '../../oversight/alerts/alerts.journal.ts';
import { listed } from '../../oversight/alerts/listed.ts';
import { collectStandings } from '../../oversight/status/collect-fleet-status.ts';
import type { StandingState } from '../../oversight/status/fleet-status.ts';
import { incidentsBetween, listIncidents } from '../../response/incidents/incidents.journal.ts';
import { loadSuggestions } from '../../response/runbooks/load-suggestions.ts';
import type { AdviceReport } from '../../telemetry/advice/advice-report.ts';
import { collectAdvice } from '../../telemetry/advice/collect-advice.ts';
import { monthOf } from '../../telemetry/cost/budget.ts';
import { readModelSpend } from '../../telemetry/cost/model-spend.cache.ts';
import { firstDayLearned, monthSoFar } from '../../telemetry/cost/month-so-far.ts';
import { readFleetSpend } from '../../telemetry/cost/read-spend.ts';
import type { SpendRow } from '../../telemetry/cost/spend.cache.ts';
import { collectTrend } from '../../telemetry/stats/collect-trend.ts';
import { figuresOf } from '../../telemetry/stats/figures.ts';
import type { Filter } from '../../telemetry/stats/filter.cache.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { readPairs } from '../../telemetry/stats/pairs.cache.ts';
import { readFleetFigures } from '../../telemetry/stats/read-fleet-figures.ts';
import { type Group, readGroups } from '../../telemetry/stats/rollups.cache.ts';
import { readScoreValues } from '../../telemetry/stats/score-values.cache.ts';
import { readEdges } from '../../telemetry/stats/topology.cache.ts';
import { windowWord } from '../../views/status-facts.ts';
import { episodesOf } from './alert-episodes.ts';
import { firstSteps } from './first-steps.ts';
import type { FleetReport, ReportedAgent, ReportedMonth } from './report.ts';
import { byConcern } from './report-order.ts';
import { scoreSpreads } from './score-spread.ts';

export interface ReportQuery {
  /** How far back is looked, ms; the window begins with the whole day, or hour, that this falls into. */
  readonly windowMs: number;
  /** Only this agent; null: all. */
  readonly agent: string | null;
  /** Whether ways to spend less are looked for; `auto`: where there are not too many calls to look through. */
  readonly advice: 'auto' | 'always' | 'never';
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Shorter windows are shown by the hour. */
const daysFromMs = 4 * dayMs;
/** Beyond so many scores only some of them are looked at: their spread is known well enough. */
const enoughScores = 100_000;
/** So many calls are looked through for ways to spend less within about two seconds. */
const fewCalls = 50_000;

/** Everything a report says: what the fleet did, cost and failed at in a window, how it stands now, and what to do about it first. */
export const collectReport = async (ctx: Context, fleet: Fleet, { windowMs, agent, advice: wanted }: ReportQuery): Promise<FleetReport> => {
  const cache = await openFreshCache(ctx);
  const now = ctx.clock.now();
  const bucket = windowMs < daysFromMs ? 'hour' : 'day';
  const width = bucket === 'hour' ? hourMs : dayMs;
  const from = Math.floor((now - windowMs) / width) * width;
  const window = { fromUs: from * 1000, toUs: now * 1000 };
  const filter: Filter = agent === null ? {} : { agent };
  const trend = await collectTrend(ctx, fleet, { windowMs: now - from, split: bucket, filter });
  const spent = readSpent(cache, fleet, { window, bucket, filter, now });
  const before = readCellsBefore(cache, window, filter);
  const agents = await reportedAgents(ctx, fleet, cache, { trend, agent, window, before, spent: spent.inWindow, now });
  const month = monthOfReport(fleet, agent, spent, now);
  const { budgets } = spent;
  const { alerts, firing, incidents } = await readTroubles(ctx, fleet, { from, now, agent });
  const calls = trend.whole.priced + trend.whole.unpriced;
  const isAdvised = wanted === 'always' || (wanted === 'auto' && calls <= fewCalls);
  const advice: AdviceReport | null = isAdvised ? await collectAdvice(ctx, fleet, { agents: agent === null ? [] : [agent], window }) : null;
  const failures = readPairs(cache, { window, by: 'error', filter, sumsOnly: true })
    .map((pair) => ({ agent: pair.agent, type: pair.key, requests: pair.cell.errors ?? 0 }))
    .filter(({ requests }) => requests > 0)
    .sort((a, b) => b.requests - a.requests || (a.agent + a.type < b.agent + b.type ? -1 : 1));
  return {
    fleet: fleet.name,
    generatedAt: now,
    agent,
    window: { from, to: now },
    trend,
    totals: trend.whole,
    before: before === null ? null : beforeOf(before),
    agents,
    spend: readModelSpend(cache, fleet, window, filter),
    month,
    budgets,
    scores: scoreSpreads(readScores(cache, window, filter)),
    failures,
    alerts,
    incidents,
    edges: readEdges(cache, window, { sumsOnly: true }).filter((edge) => agent === null || edge.agent === agent || edge.caller === agent),
    advice,
    steps: firstSteps({
      findings: advice?.findings ?? [],
      agents,
      incidents,
      firing,
      budgets,
      month,
      unpriced: trend.whole.unpriced,
      window: windowWord(windowMs),
    }),
  };
};

interface Spent extends ReturnType<typeof monthSoFar> {
  /** By agent and bucket of the trend. */
  readonly inWindow: readonly SpendRow[];
  /** By agent and day, from before the month began. */
  readonly daily: readonly SpendRow[];
}

interface SpentQuery {
  readonly window: Range;
  readonly bucket: 'hour' | 'day';
  readonly filter: Filter;
  readonly now: number;
}

/** What was spent, in as few readings as there can be: days of the window are mostly those of the month as well. */
const readSpent = (cache: Cache, fleet: Fleet, { window, bucket, filter, now }: SpentQuery): Spent => {
  const read = (fromUs: number, bucket: 'hour' | 'day') =>
    readFleetSpend(cache, fleet, { window: { fromUs, toUs: window.toUs }, by: 'agent', bucket, filter }).rows;
  const learnedUs = firstDayLearned(now) * 1000;
  const daily = read(bucket === 'day' ? Math.min(window.fromUs, learnedUs) : learnedUs, 'day');
  const inWindow = bucket === 'day' ? daily.filter(({ bucketUs }) => bucketUs >= window.fromUs) : read(window.fromUs, 'hour');
  const learned = daily.filter(({ bucketUs }) => bucketUs >= learnedUs);
  return { ...monthSoFar(fleet, filter, { now, daily: learned, lastHour: read((now - hourMs) * 1000, 'hour') }), inWindow, daily };
};

const monthOfReport = (fleet: Fleet, agent: string | null, { month, daily }: Spent, now: number): ReportedMonth => {
  const { fromMs, toMs } = monthOf(now);
  const dailyNanos = new Array<number>(Math.floor((now - fromMs) / dayMs) + 1).fill(0);
  for (const { bucketUs, costNanos } of daily) {
    const day = (bucketUs / 1000 - fromMs) / dayMs;
    if (day >= 0) dailyNanos[day] = (dailyNanos[day] ?? 0) + (costNanos ?? 0);
  }
  const budget = agent === null ? fleet.budget : fleet.agents.find(({ name }) => name === agent)?.budget;
  return { fromMs, toMs, ...month, dailyNanos, limitNanos: budget?.perMonthNanos ?? null };
};

interface AgentsQuery {
  readonly trend: FleetReport['trend'];
  readonly agent: string | null;
  readonly window: Range;
  readonly before: readonly Group[] | null;
  readonly spent: readonly SpendRow[];
  readonly now: number;
}

const reportedAgents = async (
  ctx: Context,
  fleet: Fleet,
  cache: Cache,
  { trend, agent, window, before, spent, now }: AgentsQuery,
): Promise<readonly ReportedAgent[]> => {
  const filter: Filter = agent === null ? {} : { agent };
  const rows = new Map(readFleetFigures(cache, fleet, { window, by: 'agent', filter }).rows.map(({ key, ...figures }) => [key, figures]));
  const costBefore = new Map((before ?? []).map(({ key, cell }) => [key, figuresOf(cell, null).costNanos]));
  const standings = await collectStandings(ctx, fleet, now);
  const buckets = new Map(trend.points.map(({ bucketUs }, at) => [bucketUs, at]));
  const trends = new Map<string, number[]>();
  for (const { key, bucketUs, costNanos } of spent) {
    const series = trends.get(key) ?? new Array<number>(trend.points.length).fill(0);
    trends.set(key, series);
    series[buckets.get(bucketUs) ?? 0] = costNanos ?? 0;
  }
  const known = new Map(fleet.agents.map((each) => [each.name, each]));
  const reported = (name: string, standing: StandingState | null): ReportedAgent => ({
    name,
    standing,
    owner: known.get(name)?.owner ?? null,
    figures: rows.get(name) ?? noFigures,
    promised: promisesOf(known.get(name)),
    costBeforeNanos: costBefore.get(name) ?? null,
    trendNanos: trends.get(name) ?? [],
  });
  const meant = fleet.agents.filter(({ name }) => agent === null || name === agent);
  const others = [...rows.keys()].filter((name) => !standings.has(name));
  return [...meant.map(({ name }) => reported(name, standings.get(name) ?? null)), ...others.map((name) => reported(name, null))].sort(
    byConcern,
  );
};

const noFigures = figuresOf({ n: 0, errors: 0 }, null);

const promisesOf = (agent: Agent | undefined): ReportedAgent['promised'] => ({
  latencyP95Us: agent?.sla.latencyP95Ms == null ? null : agent.sla.latencyP95Ms * 1000,
  errorRate: agent?.sla.errorRate ?? null,
  quality: agent?.sla.quality ?? null,
});

/** The window before is compared with where requests are known from the first tenth of it on. */
const knownFrom = 0.1;

/** The window of the same length before, without quantiles; null: not all of it is known. */
const readCellsBefore = (cache: Cache, { fromUs, toUs }: Range, filter: Filter): readonly Group[] | null => {
  const lengthUs = toUs - fromUs;
  const read = (share: number) =>
    readGroups(cache, {
      window: { fromUs: fromUs - lengthUs, toUs: fromUs - Math.round((1 - share) * lengthUs) },
      ...{ by: 'agent', filter, sumsOnly: true },
    }).groups;
  return read(knownFrom).some(({ cell }) => cell.n > 0) ? read(1) : null;
};

const beforeOf = (groups: readonly Group[]): FleetReport['before'] => {
  let [requests, errors, costNanos, priced] = [0, 0, 0, 0];
  for (const { cell } of groups) {
    requests += cell.n;
    errors += cell.errors ?? 0;
    costNanos += cell.cost_nanos ?? 0;
    priced += cell.priced ?? 0;
  }
  return { requests, errors, costNanos: priced === 0 ? null : costNanos };
};

const readScores = (cache: Cache, window: Range, filter: Filter) => {
  const { groups } = readGroups(cache, { window, by: 'score', filter, sumsOnly: true });
  const all = groups.reduce((sum, { cell }) => sum + cell.n, 0);
  return readScoreValues(cache, window, filter, Math.max(1, Math.ceil(all / enoughScores)));
};

/** Alerts that fired and incidents that were open in the window. */
const readTroubles = async (ctx: Context, fleet: Fleet, { from, now, agent }: { from: number; now: number; agent: string | null }) => {
  const journal = await ctx.journal();
  const meant = (about: { readonly agent: string | null }) => agent === null || about.agent === agent;
  const known = (await readAlerts(journal)).filter(meant);
  const alerts = episodesOf(
    (await readEvents(journal, { since: from, agent })).filter(({ eventAt }) => eventAt <= now),
    known,
  );
  const open = alerts.filter(({ resolvedAt }) => resolvedAt === null);
  const suggest = open.length === 0 ? () => null : await loadSuggestions(ctx, fleet);
  const next = new Map(known.map(listed([], now, suggest)).map((alert) => [`${alert.rule}/${alert.agent}/${alert.label}`, alert.next]));
  const firing = open.map((episode) => ({
    ...episode,
    next: next.get(`${episode.rule}/${episode.agent}/${episode.label}`) ?? 'agentops alerts list',
  }));
  const begun = await incidentsBetween(journal, { from, to: now + 1, agent });
  const older = (await listIncidents(journal, { agent, resolved: false, limit: 100 })).filter(({ startedAt }) => startedAt < from);
  return { alerts, firing, incidents: [...older, ...begun].sort((a, b) => b.startedAt - a.startedAt) };
};
