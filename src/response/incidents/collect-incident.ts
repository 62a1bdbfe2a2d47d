import { activeFreezes, type Freeze } from '../../controls/actions/freezes.journal.ts';
import type { Fleet } from '../../fleet/agent.ts';
import { findRecords } from '../../ground/audit/audit.journal.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { readSynced } from '../../telemetry/stats/figures.cache.ts';
import { readAct } from '../runbooks/acts.ts';
import { type Burnt, readBurnt } from './burnt.cache.ts';
import type { Incident } from './incident.ts';
import { type NextCommand, nextCommands } from './next-commands.ts';
import { type Timeline, timelineOf } from './timeline.ts';

/** Everything that is known of an incident. */
export interface IncidentReport {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly incident: Incident;
  readonly timeline: Timeline;
  /** Of its agent, from the start until it was contained, else resolved, else now; null: it concerns no single agent, or nobody knows. */
  readonly burnt: Burnt | null;
  /** Those in force that concern it. */
  readonly freezes: readonly Freeze[];
  readonly next: readonly NextCommand[];
}

/** All records of the while, however many: an incident is short. */
const everySubject = { kind: null, subject: null, actor: null, limit: Number.MAX_SAFE_INTEGER };

/** What the journal, the audit chain and the cache know of an incident. */
export const collectIncident = async (ctx: Context, fleet: Fleet, incident: Incident): Promise<IncidentReport> => {
  const journal = await ctx.journal();
  const now = await journal.now();
  const acts = (await findRecords(journal, { ...everySubject, since: incident.startedAt }))
    .flatMap((record) => readAct(record) ?? [])
    .reverse();
  const timeline = timelineOf(incident, acts);
  const { started, contained, resolved } = timeline.milestones;
  const cache = await ctx.cache();
  // Where no trace was ever read, nobody knows what it cost.
  const isKnown = incident.agent !== null && readSynced(cache) !== null;
  const burnt = isKnown ? readBurnt(cache, incident.agent, { from: started, to: contained ?? resolved ?? now + 1 }) : null;
  const freezes = (await activeFreezes(journal, now)).filter(({ agent }) => agent === null || agent === incident.agent);
  return {
    fleet: fleet.name,
    generatedAt: now,
    incident,
    timeline,
    burnt,
    freezes,
    next: nextCommands(incident, timeline, waitingRuns(timeline)),
  };
};

/** Runs whose last word is that they wait or are paused. */
const waitingRuns = ({ acts }: Timeline): readonly string[] => {
  const last = new Map<string, string | null>();
  for (const { kind, run, status } of acts) if (run !== null && (kind === 'runbook.start' || kind === 'runbook.end')) last.set(run, status);
  return [...last].filter(([, status]) => status === 'waiting' || status === 'paused').map(([run]) => `agentops runbook resume ${run}`);
};
