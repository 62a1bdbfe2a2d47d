import { type Acting, recordAct } from '../../ground/audit/record-act.ts';
import { type OpsError, refusedError, usageError } from '../../ground/errors.ts';
import type { Journal } from '../../ground/store/port.ts';
import { responseAct } from '../runbooks/acts.ts';
import type { Incident } from './incident.ts';
import { readIncident, statusWrite } from './incidents.journal.ts';

/** The incident that is meant. Throws a usage error where there is none. */
export const requireIncident = async (journal: Journal, typed: string): Promise<Incident> => {
  const incident = await readIncident(journal, typed);
  if (incident !== null) return incident;
  throw usageError({
    code: 'incident_unknown',
    message: `there is no incident ${JSON.stringify(typed)}`,
    hint: 'agentops incident list --all shows them',
  });
};

/** Somebody looks after it. One that is looked after already stays as it is. Throws a refusal where it is resolved. */
export const recordAck = (ctx: Acting, typed: string): Promise<Incident> =>
  recordAct<Incident>(ctx, async (journal) => {
    const incident = await requireIncident(journal, typed);
    if (incident.status === 'resolved') throw isResolved(incident);
    if (incident.status === 'acked') return { writes: [], act: null, answer: incident };
    const at = await journal.now();
    return {
      writes: [statusWrite(incident, 'acked', at)],
      act: responseAct('incident.ack', incident.agent ?? incident.id, { incident: incident.id }),
      answer: { ...incident, status: 'acked', ackedAt: at },
    };
  });

/** A sentence for the time line; also after it was resolved, because reviews come later. */
export const recordNote = (ctx: Acting, typed: string, text: string): Promise<Incident> =>
  recordAct<Incident>(ctx, async (journal) => {
    const incident = await requireIncident(journal, typed);
    return {
      writes: [],
      act: responseAct('incident.note', incident.agent ?? incident.id, { incident: incident.id, evidence: text }),
      answer: incident,
    };
  });

/** It is over. Throws a refusal where that was said before. @param reason what ended it; null: it is not said */
export const recordResolve = (ctx: Acting, typed: string, reason: string | null): Promise<Incident> =>
  recordAct<Incident>(ctx, async (journal) => {
    const incident = await requireIncident(journal, typed);
    if (incident.status === 'resolved') throw isResolved(incident);
    const at = await journal.now();
    return {
      writes: [statusWrite(incident, 'resolved', at)],
      act: responseAct('incident.resolve', incident.agent ?? incident.id, { incident: incident.id, evidence: reason }),
      answer: { ...incident, status: 'resolved', resolvedAt: at },
    };
  });

const isResolved = ({ id }: Incident): OpsError =>
  refusedError({
    code: 'incident_resolved',
    message: `${id} is resolved already`,
    hint: `agentops incident note ${id} TEXT adds to its time line; agentops incident open TITLE opens another`,
  });
