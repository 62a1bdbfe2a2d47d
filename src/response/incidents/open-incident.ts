import type { Fleet } from '../../fleet/agent.ts';
import { type Acting, recordAct } from '../../ground/audit/record-act.ts';
import { usageError } from '../../ground/errors.ts';
import type { Json } from '../../ground/json.ts';
import { isoTime } from '../../ground/output/json.ts';
import { keptText } from '../../ground/redaction/kept-text.ts';
import { outboxWrites } from '../../oversight/notify/outbox.journal.ts';
import { responseAct } from '../runbooks/acts.ts';
import { type Incident, type IncidentCause, traceOf } from './incident.ts';
import { incidentWrite, listIncidents, nextIncidentId } from './incidents.journal.ts';
import { openingLetters } from './letters.ts';

export interface Report extends Pick<Incident, 'title' | 'agent' | 'class' | 'severity' | 'cause'> {
  /** UTC epoch ms; null: now. */
  readonly startedAt: number | null;
  /** Whom it concerns was told already, by the alert that found it. */
  readonly isTold?: boolean;
}

/** An incident as it stands in the journal, and whether it was not there before. */
export interface Opened {
  readonly incident: Incident;
  readonly isNew: boolean;
}

/** Resolved incidents that are looked through for a request that was seen before. */
const remembered = 200;

/**
 * Opens an incident, records it, and tells every channel of `notify` unless people were told, in one commit. What was
 * detected is opened once for an agent and its class until it is resolved, and once for a request or a firing. Throws a usage error for a start in the future.
 */
export const openIncident = (ctx: Acting, fleet: Pick<Fleet, 'name' | 'notify'>, report: Report): Promise<Opened> =>
  recordAct<Opened>(ctx, async (journal) => {
    const at = await journal.now();
    if (report.startedAt !== null && report.startedAt > at)
      throw usageError({
        code: 'flag_invalid',
        message: '--since lies in the future',
        hint: 'name when it began, as 20m or 2026-11-23T14:00:00Z',
      });
    const known =
      report.cause.kind === 'person' ? [] : await listIncidents(journal, { agent: report.agent, resolved: true, limit: remembered });
    const same = known.find((incident) => isSame(incident, report));
    if (same !== undefined) return { writes: [], act: null, answer: { incident: same, isNew: false } };
    const incident: Incident = {
      id: await nextIncidentId(journal),
      title: keptText(ctx.secrets.mask(report.title)),
      agent: report.agent,
      class: report.class,
      severity: report.severity,
      status: 'open',
      startedAt: report.startedAt ?? at,
      openedAt: at,
      ackedAt: null,
      resolvedAt: null,
      cause: report.cause,
    };
    const letters = outboxWrites(report.isTold === true ? [] : openingLetters(fleet, incident), {
      at,
      mask: (text) => ctx.secrets.mask(text),
    });
    return {
      writes: [incidentWrite(incident), ...letters],
      act: responseAct('incident.open', incident.agent ?? incident.id, {
        incident: incident.id,
        status: incident.severity,
        evidence: incident.title,
        cause: { ...causeFacts(incident.cause), class: incident.class, started_at: isoTime(incident.startedAt) },
      }),
      answer: { incident, isNew: true },
    };
  });

const isSame = (known: Incident, report: Report): boolean =>
  (known.class === report.class && known.cause.kind !== 'person' && (known.status !== 'resolved' || endedDuring(known, report.cause))) ||
  (traceOf(known.cause) !== null && traceOf(known.cause) === traceOf(report.cause));

/** A person says that it is over while the alert still fires: what fires on is not another incident. */
const endedDuring = ({ resolvedAt }: Incident, cause: IncidentCause): boolean =>
  cause.kind === 'alert' && resolvedAt !== null && resolvedAt >= cause.fired_at;

const causeFacts = (cause: IncidentCause): Readonly<Record<string, Json>> => ({ ...cause });
