import type { Fleet } from '../../fleet/agent.ts';
import type { Posted } from '../../oversight/notify/outbox.journal.ts';
import type { Message, Outgoing } from '../../oversight/notify/port.ts';
import { causeSentence } from './cause.ts';
import type { Incident } from './incident.ts';

/** What people are told when an incident is opened: every channel, because nothing says yet whom it concerns. */
export const openingLetters = ({ name, notify }: Pick<Fleet, 'name' | 'notify'>, incident: Incident): readonly Outgoing[] =>
  Object.keys(notify).map((channel) => ({
    channel,
    dedupKey: openingKey(incident),
    message: {
      event: 'incident.open',
      about: { key: `incident/${incident.id}`, phase: 'begins', since: incident.openedAt },
      severity: incident.severity,
      fleet: name,
      agent: incident.agent,
      title: `${incident.id}: ${incident.title}`,
      text: causeSentence(incident.cause) ?? '',
      next: `agentops incident show ${incident.id}`,
      facts: { incident: incident.id, class: incident.class, cause: { ...incident.cause } },
    },
  }));

/** The key of the message that an incident was opened with, on every channel. */
export const openingKey = ({ id }: Pick<Incident, 'id'>): string => `${id}/open`;

/**
 * What those are told who were told that an incident was opened: somebody looks after it, or it is over.
 * @param told the opening messages, as the outbox has them @param reason what ended it; null: it is not said
 */
export const followingLetters = (
  incident: Incident,
  told: readonly Posted[],
  { phase, by, reason }: { readonly phase: 'taken-on' | 'ends'; readonly by: string; readonly reason: string | null },
): readonly Outgoing[] => {
  const { id, title } = incident;
  const said = phase === 'ends' ? `${id} is resolved: ${title}` : `${by} looks after ${id}: ${title}`;
  return told.map(({ channel, message }): Outgoing => {
    const following: Message = {
      ...message,
      ...(message.about === undefined ? {} : { about: { ...message.about, phase } }),
      event: phase === 'ends' ? 'incident.resolve' : 'incident.ack',
      severity: 'notify',
      title: said,
      text: reason ?? '',
      next: phase === 'ends' ? null : message.next,
    };
    return { channel, dedupKey: `${id}/${phase === 'ends' ? 'resolve' : 'ack'}`, message: following };
  });
};
