import { actorOf } from '../../ground/audit/actor.ts';
import { type Acting, recordAct } from '../../ground/audit/record-act.ts';
import { type OpsError, refusedError, usageError } from '../../ground/errors.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
import { outboxWrites, readPosts } from '../../oversight/notify/outbox.journal.ts';
import { responseAct } from '../runbooks/acts.ts';
import type { Incident } from './incident.ts';
import { readIncident, statusWrite } from './incidents.journal.ts';
import { followingLetters, openingKey } from './letters.ts';

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

/** Somebody looks after it, which those hear who heard of it. One that is looked after already stays as it is. Throws a refusal where it is resolved. */
export const recordAck = (ctx: Acting, typed: string): Promise<Incident> =>
  recordAct<Incident>(ctx, async (journal) => {
    const incident = await requireIncident(journal, typed);
    if (incident.status === 'resolved') throw isResolved(incident);
    if (incident.status === 'acked') return { writes: [], act: null, answer: incident };
    const at = await journal.now();
    return {
      writes: [statusWrite(incident, 'acked', at), ...(await tellingWrites(ctx, incident, { phase: 'taken-on', reason: null, at }))],
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

/** It is over, which those hear who heard of it. Throws a refusal where that was said before. @param reason what ended it; null: it is not said */
export const recordResolve = (ctx: Acting, typed: string, reason: string | null): Promise<Incident> =>
  recordAct<Incident>(ctx, async (journal) => {
    const incident = await requireIncident(journal, typed);
    if (incident.status === 'resolved') throw isResolved(incident);
    const at = await journal.now();
    return {
      writes: [statusWrite(incident, 'resolved', at), ...(await tellingWrites(ctx, incident, { phase: 'ends', reason, at }))],
      act: responseAct('incident.resolve', incident.agent ?? incident.id, { incident: incident.id, evidence: reason }),
      answer: { ...incident, status: 'resolved', resolvedAt: at },
    };
  });

/** Whoever was told that it began is told how it goes on: where its alert told of it, that one does. */
const tellingWrites = async (
  ctx: Acting,
  incident: Incident,
  { at, ...told }: { readonly phase: 'taken-on' | 'ends'; readonly reason: string | null; readonly at: number },
): Promise<readonly Write[]> => {
  const opening = await readPosts(await ctx.journal(), 'dedup_key = ? ORDER BY seq', openingKey(incident));
  const by = actorOf(ctx.env, () => ctx.process.owner());
  return outboxWrites(followingLetters(incident, opening, { ...told, by }), { at, mask: (text) => ctx.secrets.mask(text) });
};

const isResolved = ({ id }: Incident): OpsError =>
  refusedError({
    code: 'incident_resolved',
    message: `${id} is resolved already`,
    hint: `agentops incident note ${id} TEXT adds to its time line; agentops incident open TITLE opens another`,
  });
