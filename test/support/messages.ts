import type { About, Letter, Message, Outgoing } from '../../src/oversight/notify/port.ts';
import { noon } from './facts.ts';

export const messageOf = (parts: Partial<Message> = {}): Message => ({
  event: 'incident.open',
  severity: 'page',
  fleet: 'acme',
  agent: 'support',
  title: 'support loops',
  text: 'one request took 40 steps; its cap is 12',
  next: 'agentops incident show inc-1',
  facts: { incident: 'inc-1', steps: 40 },
  ...parts,
});

export const outgoing = (dedupKey: string, channel = 'ops', parts: Partial<Message> = {}): Outgoing => ({
  channel,
  dedupKey,
  message: messageOf(parts),
});

export const letterOf = (parts: Partial<Message> = {}): Letter => ({
  id: 'msg_0123456789abcdef01234567',
  dedupKey: 'inc-1/open',
  madeAt: noon,
  message: messageOf(parts),
});

/** What is said of one alert, phase by phase, as the evaluation of alerts makes it. */
export const alertLetter = (phase: About['phase'], parts: Partial<Message> = {}): Letter => ({
  id: `msg_${phase}`,
  dedupKey: `alert/cost/support/${noon}/${phase}`,
  madeAt: noon + 60_000,
  message: messageOf({
    event: phase === 'ends' ? 'alert.resolve' : 'alert.fire',
    about: { key: 'alert/cost/support', phase, since: noon },
    severity: phase === 'ends' ? 'notify' : 'page',
    title: phase === 'ends' ? 'support: cost is over after 1m' : 'support: cost: $0.031 a request, usually $0.012',
    text: 'Value $0.031, usually $0.012.',
    next: phase === 'ends' ? null : 'agentops alerts explain cost support',
    facts: { alert: 'alert/cost/support', rule: 'cost', label: '', category: 'cost', severity: 'page', value: 31_000_000 },
    ...parts,
  }),
});
