import type { Freeze } from '../controls/actions/freezes.journal.ts';
import { isoTime } from '../ground/output/json.ts';
import { toUsd } from '../ground/units/amount.ts';
import type { IncidentReport } from '../response/incidents/collect-incident.ts';
import type { Incident } from '../response/incidents/incident.ts';
import type { Milestones } from '../response/incidents/timeline.ts';

/** An incident as every document has it. */
export const incidentFacts = ({ startedAt, openedAt, ackedAt, resolvedAt, cause, ...facts }: Incident) => ({
  ...facts,
  started_at: isoTime(startedAt),
  opened_at: isoTime(openedAt),
  acked_at: isoTime(ackedAt),
  resolved_at: isoTime(resolvedAt),
  cause: cause.kind === 'alert' ? { ...cause, fired_at: isoTime(cause.fired_at) } : cause,
});

export const milestoneFacts = (milestones: Milestones) =>
  Object.fromEntries(Object.entries(milestones).map(([name, at]: [string, number | null]) => [`${name}_at`, isoTime(at)]));

export const freezeFacts = ({ id, agent, stopsSafety, reason, actor, at, until }: Freeze) => ({
  id,
  agent,
  stops_safety: stopsSafety,
  reason,
  actor,
  at: isoTime(at),
  until: isoTime(until),
});

/** Seconds between two moments; null where one of them is not known. */
const secondsBetween = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : (to - from) / 1000;

/** The body of `incident show`. */
export const reportFacts = ({ incident, timeline, burnt, freezes, next }: IncidentReport) => ({
  incident: incidentFacts(incident),
  next,
  milestones: milestoneFacts(timeline.milestones),
  time_to_contain_s: secondsBetween(timeline.milestones.started, timeline.milestones.contained),
  time_to_quiet_s: secondsBetween(timeline.milestones.started, timeline.milestones.quiet),
  cost: burnt === null ? null : { burnt_usd: toUsd(burnt.costNanos), requests: burnt.requests, unpriced_spans: burnt.unpriced },
  approvals: timeline.approvals.map(({ at, by, runbook, planHash }) => ({ at: isoTime(at), by, runbook, plan_hash: planHash })),
  changes: timeline.changes.map(({ at, ...change }) => ({ at: isoTime(at), ...change })),
  mitigations: timeline.inForce.map(({ since, expiresAt, ...rest }) => ({
    ...rest,
    since: isoTime(since),
    expires_at: isoTime(expiresAt),
  })),
  freezes: freezes.map(freezeFacts),
});
