import type { Letter, Message, Outgoing } from '../../src/oversight/notify/port.ts';
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
