import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { whyOutOfReach } from '../../ground/store/out-of-reach.ts';
import type { Journal } from '../../ground/store/port.ts';
import { readAlerts, readEvents } from '../../oversight/alerts/alerts.journal.ts';
import { readLastInput } from '../../oversight/alerts/inputs.journal.ts';
import { listed } from '../../oversight/alerts/listed.ts';
import type { Incident } from '../../response/incidents/incident.ts';
import { incidentsBetween, listIncidents } from '../../response/incidents/incidents.journal.ts';
import { loadSuggestions } from '../../response/runbooks/load-suggestions.ts';
import { type Episode, episodesOf, nameOfAlert } from './alert-episodes.ts';
import type { FiringAlert } from './first-steps.ts';

/** What went wrong in a window, newest first. */
export interface Troubles {
  /** Why the journal that a team shares could not be asked: nothing is known of alerts and incidents then; null: it was. */
  readonly journalTrouble: string | null;
  readonly alerts: readonly Episode[];
  /** When alerts were last judged, UTC epoch ms; null: they never were, as far as is known. */
  readonly judgedAt: number | null;
  /** Those of the alerts that fire now. */
  readonly firing: readonly FiringAlert[];
  /** That began in the window, or are not resolved. */
  readonly incidents: readonly Incident[];
}

/** More open incidents than that were forgotten, not open. */
const mostOpen = 100;

/** What the journal is asked for. */
interface Asked {
  /** UTC epoch ms. */
  readonly from: number;
  /** Null: of every agent. */
  readonly agent: string | null;
}

/** What the journal knows of alerts and incidents. */
export const collectTroubles = async (ctx: Context, fleet: Fleet, asked: Asked): Promise<Troubles> => {
  try {
    return await readTroubles(ctx, fleet, await ctx.journal(), asked);
  } catch (thrown) {
    const journalTrouble = whyOutOfReach(thrown, fleet.database !== null);
    if (journalTrouble === null) throw thrown;
    return { journalTrouble, alerts: [], judgedAt: null, firing: [], incidents: [] };
  }
};

const readTroubles = async (ctx: Context, fleet: Fleet, journal: Journal, { from, agent }: Asked): Promise<Troubles> => {
  const now = ctx.clock.now();
  const known = (await readAlerts(journal)).filter((alert) => agent === null || alert.agent === agent);
  const events = await readEvents(journal, { since: from, agent });
  const alerts = episodesOf(
    events.filter(({ eventAt }) => eventAt <= now),
    known,
  );
  const open = alerts.filter(({ resolvedAt }) => resolvedAt === null);
  const suggest = open.length === 0 ? () => null : await loadSuggestions(ctx, fleet);
  const next = new Map(known.map(listed({ silences: [], undelivered: [], now, suggest })).map((alert) => [nameOfAlert(alert), alert.next]));
  const begun = await incidentsBetween(journal, { from, to: now + 1, agent });
  const older = (await listIncidents(journal, { agent, resolved: false, limit: mostOpen })).filter(({ startedAt }) => startedAt < from);
  return {
    journalTrouble: null,
    alerts,
    judgedAt: (await readLastInput(journal))?.at ?? null,
    firing: open.map((episode) => ({ ...episode, next: next.get(nameOfAlert(episode)) ?? 'agentops alerts list' })),
    incidents: [...older, ...begun].sort((a, b) => b.startedAt - a.startedAt),
  };
};
