import type { Fleet } from '../../fleet/agent.ts';
import type { Outgoing } from '../../oversight/notify/port.ts';
import { causeSentence } from './cause.ts';
import type { Incident } from './incident.ts';

/** What people are told when an incident is opened: every channel, because nothing says yet whom it concerns. */
export const openingLetters = ({ name, notify }: Pick<Fleet, 'name' | 'notify'>, incident: Incident): readonly Outgoing[] =>
  Object.keys(notify).map((channel) => ({
    channel,
    dedupKey: `${incident.id}/open`,
    message: {
      event: 'incident.open',
      severity: incident.severity,
      fleet: name,
      agent: incident.agent,
      title: `${incident.id}: ${incident.title}`,
      text: causeSentence(incident.cause) ?? '',
      next: `agentops incident show ${incident.id}`,
      facts: { incident: incident.id, class: incident.class, cause: { ...incident.cause } },
    },
  }));
