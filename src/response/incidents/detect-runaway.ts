import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { capRulesFor, evaluateCaps } from '../../oversight/alerts/evaluate-caps.ts';
import { type BoundRun, readBoundRuns } from '../../telemetry/traces/bound-runs.cache.ts';
import type { Ownership } from '../../telemetry/traces/ownership.ts';
import { capTitle } from './cause.ts';
import type { Incident, IncidentCause } from './incident.ts';
import { openAlertIncidents } from './open-alert-incidents.ts';
import { openIncident } from './open-incident.ts';
import { crossingOf, hasCaps } from './request-caps.ts';

/** Requests of which spans have just come, with the token of their agent. */
export interface Arrival {
  readonly source: string;
  readonly agent: string;
  readonly traceIds: readonly string[];
}

/** What was seen in requests while they were under way. */
export interface Runaway {
  /** The incident that was opened; null: there was none to open. */
  readonly incident: Incident | null;
  /** Alerts that have begun to fire just now. Quieted ones are among them. */
  readonly fired: readonly Alert[];
}

const nothing: Runaway = { incident: null, fired: [] };

/** Whether there is anything to look for: a cap of the agent's budget, or of a rule. */
export const isCapped = (fleet: Pick<Fleet, 'sections'>, agent: Agent): boolean =>
  hasCaps(agent.budget) || capRulesFor(fleet, agent).length > 0;

/**
 * Looks whether a request went over a cap of a rule or of its agent's budget, lets the alert of it fire, and opens an incident the first
 * time. It never acts: the incident says what to type. Where no rule watches requests of the agent, the incident itself tells people.
 */
export const detectRunaway = async (
  ctx: Context,
  fleet: Fleet,
  ownership: Ownership,
  { source, agent: name, traceIds }: Arrival,
): Promise<Runaway> => {
  const agent = fleet.agents.find((each) => each.name === name);
  if (agent === undefined || traceIds.length === 0 || !isCapped(fleet, agent)) return nothing;
  const runs = readBoundRuns(await ctx.cache(), ownership, { source, agent: name, traceIds });
  if (runs.length === 0) return nothing;
  if (capRulesFor(fleet, agent).length === 0) return { incident: await openOfCap(ctx, fleet, agent, runs, false), fired: [] };
  const { firing, transitions } = await evaluateCaps(ctx, fleet, agent, runs, () => suggestions(ctx, fleet));
  const fired = firing.filter(({ rule, label }) =>
    transitions.some((each) => each.to === 'firing' && each.rule === rule && each.label === label),
  );
  const heard = firing.filter(({ quiet }) => quiet === null || quiet.by === 'ack');
  if (heard.length === 0) return { incident: null, fired };
  const isOfBudget = runs.some((run) => crossingOf(agent.budget, run) !== null);
  const incident = isOfBudget
    ? await openOfCap(ctx, fleet, agent, runs, fired.length > 0)
    : ((await openAlertIncidents(ctx, fleet, heard))[0] ?? null);
  return { incident, fired };
};

/** Read only where an alert is about to fire: a receiver at rest knows no runbook. */
const suggestions = async (ctx: Context, fleet: Fleet) => (await import('../runbooks/load-suggestions.ts')).loadSuggestions(ctx, fleet);

/** @param isTold people were told already */
const openOfCap = async (
  ctx: Context,
  fleet: Fleet,
  { name, budget }: Agent,
  runs: readonly BoundRun[],
  isTold: boolean,
): Promise<Incident | null> => {
  for (const run of runs) {
    const crossing = crossingOf(budget, run);
    if (crossing === null) continue;
    const cause: IncidentCause = { kind: 'cap', ...crossing, trace: run.traceId };
    const { incident, isNew } = await openIncident(ctx, fleet, {
      title: capTitle(name, crossing),
      agent: name,
      class: crossing.cap === 'per_request' ? 'cost' : 'loop',
      severity: 'page',
      startedAt: Math.min(Math.floor(run.startUs / 1000), ctx.clock.now()),
      cause,
      isTold,
    });
    if (isNew) return incident;
  }
  return null;
};
