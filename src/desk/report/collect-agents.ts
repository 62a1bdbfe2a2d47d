import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { collectStandings } from '../../oversight/status/collect-fleet-status.ts';
import type { StandingState } from '../../oversight/status/fleet-status.ts';
import { readFleetSpend } from '../../telemetry/cost/read-spend.ts';
import type { Trend } from '../../telemetry/stats/collect-trend.ts';
import { figuresOf } from '../../telemetry/stats/figures.ts';
import type { Filter } from '../../telemetry/stats/filter.cache.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { readAgentFigures } from '../../telemetry/stats/read-fleet-figures.ts';
import type { ReportedAgent } from './report.ts';
import { colouredSpenders, listedAgents } from './report-limits.ts';
import { byConcern } from './report-order.ts';

/** What is asked of agents. */
export interface AgentsQuery {
  readonly window: Range;
  readonly filter: Pick<Filter, 'agent'>;
  /** Whose buckets the cost of each agent is cut into. */
  readonly trend: Trend;
  /** What each cost in the window before, nano-dollars; null: not all of it is known. */
  readonly costBefore: ReadonlyMap<string, number | null> | null;
}

/** How every agent is and what it did in a window, what most needs a look first. Cost over time is read of those alone that are shown. */
export const collectAgents = async (ctx: Context, fleet: Fleet, query: AgentsQuery): Promise<readonly ReportedAgent[]> => {
  const { window, filter, trend, costBefore } = query;
  const cache = await openFreshCache(ctx);
  const figures = readAgentFigures(cache, fleet, window, filter);
  const standings = await collectStandings(ctx, fleet, ctx.clock.now());
  const known = new Map(fleet.agents.map((each) => [each.name, each]));
  const reported = (name: string, standing: StandingState | null): ReportedAgent => ({
    name,
    standing,
    owner: known.get(name)?.owner ?? null,
    figures: figures.get(name) ?? noFigures,
    promised: promisesOf(known.get(name)),
    costBeforeNanos: costBefore?.get(name) ?? null,
    trendNanos: [],
  });
  const meant = fleet.agents.filter(({ name }) => filter.agent === undefined || name === filter.agent);
  const others = [...figures.keys()].filter((name) => !standings.has(name));
  const agents = [
    ...meant.map(({ name }) => reported(name, standings.get(name) ?? null)),
    ...others.map((name) => reported(name, null)),
  ].sort(byConcern);
  const trends = readTrends(cache, fleet, { window, trend, agents: shownOf(agents) });
  return agents.map((agent) => ({ ...agent, trendNanos: trends.get(agent.name) ?? [] }));
};

const noFigures = figuresOf({ n: 0, errors: 0 }, null);

const promisesOf = (agent: Agent | undefined): ReportedAgent['promised'] => ({
  latencyP95Us: agent?.sla.latencyP95Ms == null ? null : agent.sla.latencyP95Ms * 1000,
  errorRate: agent?.sla.errorRate ?? null,
  quality: agent?.sla.quality ?? null,
});

/** Those with a line or a colour of their own. */
const shownOf = (agents: readonly ReportedAgent[]): readonly string[] => {
  const spenders = agents.toSorted((a, b) => (b.figures.costNanos ?? 0) - (a.figures.costNanos ?? 0));
  return [...agents.slice(0, listedAgents), ...spenders.slice(0, colouredSpenders)].map(({ name }) => name);
};

interface TrendsQuery extends Pick<AgentsQuery, 'window' | 'trend'> {
  readonly agents: readonly string[];
}

/** What some agents cost in each bucket of the trend, nano-dollars. */
const readTrends = (cache: Cache, fleet: Fleet, { window, trend, agents }: TrendsQuery): ReadonlyMap<string, readonly number[]> => {
  const bucket = trend.split === 'day' ? 'day' : 'hour';
  const buckets = new Map(trend.points.map(({ bucketUs }, at) => [bucketUs, at]));
  const trends = new Map<string, number[]>();
  for (const { key, bucketUs, costNanos } of readFleetSpend(cache, fleet, { window, by: 'agent', bucket, agents }).rows) {
    const series = trends.get(key) ?? new Array<number>(trend.points.length).fill(0);
    trends.set(key, series);
    const at = buckets.get(bucketUs);
    if (at !== undefined) series[at] = costNanos ?? 0;
  }
  return trends;
};
