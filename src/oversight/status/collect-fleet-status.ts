import type { Agent, Fleet } from '../../fleet/agent.ts';
import { countAbove } from '../../ground/math/sketch.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { bucketOf, widthUs } from '../../ground/units/window.ts';
import { readFleetSpend } from '../../telemetry/cost/read-spend.ts';
import { readLargestRequests } from '../../telemetry/stats/dear-requests.cache.ts';
import { type Counted, figuresOf } from '../../telemetry/stats/figures.ts';
import type { Filter } from '../../telemetry/stats/filter.cache.ts';
import type { Grouping } from '../../telemetry/stats/grouping.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { readFleetFigures, readToldCells } from '../../telemetry/stats/read-fleet-figures.ts';
import { readGroups } from '../../telemetry/stats/rollups.cache.ts';
import { readSafety } from '../../telemetry/stats/safety.cache.ts';
import { safetyEventsOf } from '../alerts/metrics/safety.ts';
import { collectRecalled, type Recalled } from './collect-recalled.ts';
import type { Overdue } from './evidence.ts';
import type { FleetStatus, StandingState, StatusRow } from './fleet-status.ts';
import { suppressorsOf } from './suppression.ts';
import { type CheckedState, fewestRequests, fuseStates, judgeTraces, type TraceEvidence, type TraceFindings } from './trace-evidence.ts';

export interface FleetQuery {
  readonly windowMs: number;
  readonly by: Grouping;
  readonly filter: Filter;
}

/** The figures of a window and, by agent, how each agent is: its checks and its traces fused into one state. */
export const collectFleetStatus = async (ctx: Context, fleet: Fleet, { windowMs, by, filter }: FleetQuery): Promise<FleetStatus> => {
  const cache = await openFreshCache(ctx);
  const now = ctx.clock.now();
  const table = readFleetFigures(cache, fleet, { window: { fromUs: (now - windowMs) * 1000, toUs: now * 1000 }, by, filter });
  const trend = readTrend(cache, fleet, now * 1000, { windowMs, by, filter });
  const figures = new Map(table.rows.map(({ key, ...row }) => [key, row]));
  const rowOf = (key: string, standing: StandingState | null): StatusRow => ({
    key,
    figures: figures.get(key) ?? noFigures,
    trendNanos: trend.of(key),
    standing,
  });
  const recalled = by === 'agent' ? await collectRecalled(ctx, fleet, now) : null;
  const agents = recalled === null ? new Map<string, StandingState>() : await standingsOf(ctx, fleet, now, recalled);
  const shown = fleet.agents.filter(({ name }) => agents.has(name) && (filter.agent === undefined || filter.agent === name));
  const others = table.rows.filter(({ key }) => !agents.has(key));
  return {
    fleet: fleet.name,
    generatedAt: now,
    windowMs,
    window: table.window,
    by,
    filter: Object.entries(filter).map(([key, value]) => `${key === 'promptVersion' ? 'prompt-version' : key}=${value}`),
    basis: table.basis,
    coverage: table.coverage,
    totals: table.totals,
    trend: trend.shape,
    freezes: (recalled?.freezes ?? []).filter(({ agent }) => agent === null || filter.agent === undefined || filter.agent === agent),
    journalTrouble: recalled?.trouble ?? null,
    rows: [...shown.map(({ name }) => rowOf(name, agents.get(name) ?? null)), ...others.map(({ key }) => rowOf(key, null))],
    leftOut: 0,
  };
};

const noFigures = figuresOf({ n: 0, errors: 0 }, null);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The cost of each key over the window, or over a day where the window is shorter. Hours up to two days, else days. */
const readTrend = (cache: Cache, fleet: Fleet, nowUs: number, { windowMs, by, filter }: FleetQuery) => {
  const spanMs = Math.max(windowMs, dayMs);
  const bucket = spanMs <= 2 * dayMs ? 'hour' : 'day';
  const width = widthUs[bucket];
  const last = bucketOf(bucket, nowUs);
  const buckets = Math.round((spanMs * 1000) / width);
  const first = last - buckets + 1;
  const known = new Map<string, number[]>();
  if (by !== 'score') {
    const { rows } = readFleetSpend(cache, fleet, { window: { fromUs: first * width, toUs: nowUs }, by, bucket, filter });
    for (const { key, bucketUs, costNanos } of rows) {
      const series = known.get(key) ?? new Array<number>(buckets).fill(0);
      series[bucketOf(bucket, bucketUs) - first] = costNanos ?? 0;
      known.set(key, series);
    }
  }
  return { shape: { bucket, buckets } as const, of: (key: string): readonly number[] => known.get(key) ?? [] };
};

/** Every agent of the manifest, judged as it stands at an instant (UTC epoch ms). */
export const collectStandings = async (ctx: Context, fleet: Fleet, now: number): Promise<ReadonlyMap<string, StandingState>> =>
  standingsOf(ctx, fleet, now, await collectRecalled(ctx, fleet, now));

const standingsOf = async (
  ctx: Context,
  fleet: Fleet,
  now: number,
  { alerts, checked, overdue }: Recalled,
): Promise<ReadonlyMap<string, StandingState>> => {
  const cache = await openFreshCache(ctx);
  const traces = readEvidence(cache, fleet, now);
  const judged = fleet.agents.flatMap((agent) => {
    const health = checked.get(agent.name);
    if (health === undefined) return [];
    const seen = traces(agent);
    const safetyEvent = health.safetyEvent || safetyEventsOf(agent, seen).length > 0;
    const weak = (alerts?.of(agent.name) ?? []).filter(({ weight }) => weight === 'yellow');
    const uneasy = [...(overdue.get(agent.name) ?? []), ...weak];
    const silence = seen.requests === 0 ? `no request was seen in the last ${seen.windowMs / hourMs} h` : null;
    return [
      {
        agent,
        health,
        safetyEvent,
        ...fuseStates(health, unsaid(judgeTraces(agent, seen, alerts?.watch(agent)), uneasy, health), silence),
      },
    ];
  });
  const suppressors = suppressorsOf(
    judged.map(({ agent, state, safetyEvent }) => ({ name: agent.name, state, safetyEvent, dependsOn: agent.dependsOn })),
  );
  return new Map(
    judged.map(({ agent, health, state, reasons, since }) => [
      agent.name,
      { state, reasons, since, tier: agent.tier, suppressedBy: suppressors.get(agent.name) ?? null, inMaintenance: health.inMaintenance },
    ]),
  );
};

/** What is overdue and what alerts say speaks for itself where no check is there to say it beside its own. */
const unsaid = (traces: TraceFindings, uneasy: readonly Pick<Overdue, 'reason'>[], { reasons }: CheckedState): TraceFindings => ({
  ...traces,
  yellow: [...traces.yellow, ...uneasy.map(({ reason }) => reason).filter((reason) => !reasons.includes(reason))],
});

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** How far back is looked where the manifest's window held too few requests to judge by, ms. */
const widerMs = [hourMs, 4 * hourMs];

/** What traces say of each agent, in the narrowest window that has requests enough. */
const readEvidence = (cache: Cache, fleet: Fleet, now: number): ((agent: Agent) => TraceEvidence) => {
  const { windowMs } = fleet.defaults;
  const since = (ms: number) => ({ fromUs: (now - ms) * 1000, toUs: now * 1000 });
  // An agent whose backend counts by itself has no spans here.
  const groupsOf = (ms: number, query: { readonly filter?: Filter; readonly sumsOnly?: true }): ReadonlyMap<string, Counted> => {
    const told = query.filter === undefined ? readToldCells(cache, fleet, since(ms)) : [];
    const { groups } = readGroups(cache, { window: since(ms), by: 'agent', ...query });
    return new Map<string, Counted>([...told, ...groups.map(({ key, cell }) => [key, cell] as const)]);
  };
  const windows = [windowMs, ...widerMs.filter((ms) => ms > windowMs)].map((ms) => ({ ms, cells: once(() => groupsOf(ms, {})) }));
  const blocked = groupsOf(windowMs, { filter: { error: 'guardrail' }, sumsOnly: true });
  const safety = readSafety(cache, since(windowMs), {
    toolsOf: fleet.agents.filter(({ tools }) => tools.allow !== null || tools.deny.length > 0).map(({ name }) => name),
    scoresOf: new Map(fleet.agents.filter((agent) => agent.safetyScores.length > 0).map((agent) => [agent.name, agent.safetyScores])),
  });
  const yesterday = { fromUs: (bucketOf('day', now * 1000) - 1) * widthUs.day, toUs: now * 1000 };
  const largest = readLargestRequests(cache, yesterday, new Map(fleet.agents.map(({ name, budget }) => [name, budget])));
  // Read for the agents alone that have need of them.
  const hour = once(() => groupsOf(hourMs, { sumsOnly: true }));
  const day = once(() => groupsOf(now - bucketOf('day', now * 1000) * dayMs, { sumsOnly: true }));
  return ({ name, sla, budget }) => {
    const enough = windows.find(({ cells }) => (cells().get(name)?.n ?? 0) >= fewestRequests) ?? windows.at(-1);
    const cell = enough?.cells().get(name) ?? { n: 0 };
    const { quality, stepsMax } = figuresOf(cell, null);
    return {
      windowMs: enough?.ms ?? windowMs,
      requests: cell.n,
      errors: cell.errors ?? 0,
      slower: sla.latencyP95Ms === null || cell.h_dur === undefined ? null : countAbove(cell.h_dur, sla.latencyP95Ms * 1000),
      quality,
      stepsMax,
      blocked: Math.max(blocked.get(name)?.n ?? 0, safety.get(name)?.blocked ?? 0),
      toolCalls: safety.get(name)?.toolCalls ?? new Map(),
      failedScores: safety.get(name)?.failedScores ?? new Map(),
      largest: largest.get(name) ?? null,
      hourNanos: budget.perHourNanos === null ? 0 : (hour().get(name)?.cost_nanos ?? 0),
      dayNanos: budget.perDayNanos === null ? 0 : (day().get(name)?.cost_nanos ?? 0),
    };
  };
};
