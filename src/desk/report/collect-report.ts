import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import type { AdviceReport } from '../../telemetry/advice/advice-report.ts';
import type { collectAdvice } from '../../telemetry/advice/collect-advice.ts';
import { readModelSpend } from '../../telemetry/cost/model-spend.cache.ts';
import { collectTrend } from '../../telemetry/stats/collect-trend.ts';
import { type Figures, figuresOf } from '../../telemetry/stats/figures.ts';
import type { Filter } from '../../telemetry/stats/filter.cache.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { readPairs } from '../../telemetry/stats/pairs.cache.ts';
import { readGroups } from '../../telemetry/stats/rollups.cache.ts';
import { readScoreValues } from '../../telemetry/stats/score-values.cache.ts';
import { readEdges } from '../../telemetry/stats/topology.cache.ts';
import { windowWord } from '../../views/status-facts.ts';
import { collectAgents } from './collect-agents.ts';
import { collectTroubles } from './collect-troubles.ts';
import { firstSteps } from './first-steps.ts';
import { readMonth } from './read-month.ts';
import type { Before, FailureKind, FleetReport } from './report.ts';
import { scoreSpreads } from './score-spread.ts';

export interface ReportQuery {
  /** How far back is looked, ms; the window begins with the whole day, or hour, that this falls into. */
  readonly windowMs: number;
  /** Only this agent; null: all. */
  readonly agent: string | null;
  /** Whether ways to spend less are looked for; `auto`: where there are not too many calls to look through. */
  readonly advice: 'auto' | 'always' | 'never';
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Shorter windows are shown by the hour. */
const daysFromMs = 4 * dayMs;
/** Beyond so many scores only some of them are looked at: their spread is known well enough. */
const enoughScores = 10_000;
/** So many calls are looked through for ways to spend less within about two seconds. */
const fewCalls = 50_000;

type AgentFilter = Pick<Filter, 'agent'>;

/** Everything a report says: what the fleet did, cost and failed at in a window, how it stands now, and what to do about it first. */
export const collectReport = async (ctx: Context, fleet: Fleet, { windowMs, agent, advice: wanted }: ReportQuery): Promise<FleetReport> => {
  const cache = await openFreshCache(ctx);
  const now = ctx.clock.now();
  const bucket = windowMs < daysFromMs ? 'hour' : 'day';
  const width = bucket === 'hour' ? hourMs : dayMs;
  const from = Math.floor((now - windowMs) / width) * width;
  const window = { fromUs: from * 1000, toUs: now * 1000 };
  const filter: AgentFilter = agent === null ? {} : { agent };
  const trend = await collectTrend(ctx, fleet, { windowMs: now - from, split: bucket, filter });
  const figuresBefore = readFiguresBefore(cache, window, filter);
  const costBefore = figuresBefore === null ? null : new Map([...figuresBefore].map(([name, { costNanos }]) => [name, costNanos]));
  const agents = await collectAgents(ctx, fleet, { window, filter, trend, costBefore });
  const { month, budgets } = await readMonth(ctx, fleet, { filter, trend });
  const { alerts, judgedAt, firing, incidents, journalTrouble: unread } = await collectTroubles(ctx, fleet, { from, agent });
  const journalTrouble = unread ?? trend.journalTrouble;
  const { priced, unpriced } = trend.whole;
  const isAdvised = wanted === 'always' || (wanted === 'auto' && priced + unpriced <= fewCalls);
  const advice = isAdvised ? await adviceOf(ctx, fleet, { agents: agent === null ? [] : [agent], window }) : null;
  const findings = advice?.findings ?? [];
  return {
    fleet: fleet.name,
    generatedAt: now,
    agent,
    window: { from, to: now },
    trend,
    totals: trend.whole,
    before: figuresBefore === null ? null : beforeOf([...figuresBefore.values()]),
    agents,
    spend: readModelSpend(cache, fleet, window, filter),
    month,
    budgets,
    scores: scoreSpreads(readScoreValues(cache, window, filter, enoughScores)),
    failures: readFailures(cache, window, filter),
    alerts,
    judgedAt,
    incidents,
    journalTrouble,
    edges: readEdges(cache, window, { sumsOnly: true }).filter((edge) => agent === null || edge.agent === agent || edge.caller === agent),
    advice,
    steps: firstSteps({ agents, incidents, firing, journalTrouble, budgets, month, findings, unpriced, window: windowWord(windowMs) }),
  };
};

/** Loaded where it is wanted: its strategies bring much with them. */
const adviceOf = async (...asked: Parameters<typeof collectAdvice>): Promise<AdviceReport> =>
  (await import('../../telemetry/advice/collect-advice.ts')).collectAdvice(...asked);

/** The window before is compared with where requests are known from the first tenth of it on. */
const knownFrom = 0.1;

/** Sums of each agent over the window of the same length before; null: not all of it is known. */
const readFiguresBefore = (cache: Cache, { fromUs, toUs }: Range, filter: AgentFilter): ReadonlyMap<string, Figures> | null => {
  const lengthUs = toUs - fromUs;
  const read = (share: number) => {
    const window = { fromUs: fromUs - lengthUs, toUs: fromUs - Math.round((1 - share) * lengthUs) };
    return readGroups(cache, { window, by: 'agent', filter, sumsOnly: true }).groups;
  };
  if (!read(knownFrom).some(({ cell }) => cell.n > 0)) return null;
  return new Map(read(1).map(({ key, cell }) => [key, figuresOf(cell, null)]));
};

const beforeOf = (figures: readonly Figures[]): Before => ({
  requests: figures.reduce((sum, { requests }) => sum + requests, 0),
  errors: figures.reduce((sum, { errors }) => sum + (errors ?? 0), 0),
  costNanos: figures.every(({ costNanos }) => costNanos === null)
    ? null
    : figures.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0),
});

const readFailures = (cache: Cache, window: Range, filter: AgentFilter): readonly FailureKind[] =>
  readPairs(cache, { window, by: 'error', filter, sumsOnly: true })
    .map(({ agent, key, cell }) => ({ agent, type: key, requests: cell.errors ?? 0 }))
    .filter(({ requests }) => requests > 0)
    .sort((a, b) => b.requests - a.requests || (`${a.agent} ${a.type}` < `${b.agent} ${b.type}` ? -1 : 1));
