import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { readBoundRuns } from '../../telemetry/traces/bound-runs.cache.ts';
import type { Ownership } from '../../telemetry/traces/ownership.ts';
import { capTitle } from './cause.ts';
import type { Incident, IncidentCause } from './incident.ts';
import { openIncident } from './open-incident.ts';
import { crossingOf, hasCaps } from './request-caps.ts';

/** Requests of which spans have just come, with the token of their agent. */
export interface Arrival {
  readonly source: string;
  readonly agent: string;
  readonly traceIds: readonly string[];
}

/**
 * Looks whether a request went over a cap of its agent's budget, and opens an incident the first time. It never acts: the incident says what
 * to type. Answers the incident that was opened; null: there was none to open.
 */
export const detectRunaway = async (
  ctx: Context,
  fleet: Fleet,
  ownership: Ownership,
  { source, agent: name, traceIds }: Arrival,
): Promise<Incident | null> => {
  const agent = fleet.agents.find((each) => each.name === name);
  if (agent === undefined || !hasCaps(agent.budget) || traceIds.length === 0) return null;
  for (const run of readBoundRuns(await ctx.cache(), ownership, { source, agent: name, traceIds })) {
    const crossing = crossingOf(agent.budget, run);
    if (crossing === null) continue;
    const cause: IncidentCause = { kind: 'cap', ...crossing, trace: run.traceId };
    const { incident, isNew } = await openIncident(ctx, fleet, {
      title: capTitle(name, crossing),
      agent: name,
      class: crossing.cap === 'per_request' ? 'cost' : 'loop',
      severity: 'page',
      startedAt: Math.min(Math.floor(run.startUs / 1000), ctx.clock.now()),
      cause,
    });
    if (isNew) return incident;
  }
  return null;
};
