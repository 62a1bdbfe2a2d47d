import { onTestFinished } from 'vitest';
import type { AgentProtocol, Ask, Turn } from '../../src/agents/protocols/port.ts';
import type { AnyAdapter } from '../../src/fleet/slots.ts';
import { openPeer, type Peer, type Reply } from './http-peer.ts';
import { ask, openWorld } from './world.ts';

/** An endpoint of this adapter, checked and opened over the real network; closed with the test. */
export const openEndpoint = (
  adapter: AnyAdapter<AgentProtocol>,
  endpoint: Record<string, unknown>,
  env: Record<string, string> = {},
): AgentProtocol => {
  const world = openWorld({ AGENT_KEY: 'sk-test-0123456789abcdef', ...env });
  onTestFinished(() => world.http.close());
  return adapter.open(adapter.config.parse({ protocol: adapter.kind, ...endpoint }), world);
};

/** One turn with a peer that gives this reply. */
export const spokenWith = async (
  adapter: AnyAdapter<AgentProtocol>,
  endpoint: (url: string) => Record<string, unknown>,
  reply: Reply,
  parts: Partial<Ask> = {},
): Promise<{ readonly turn: Turn; readonly peer: Peer }> => {
  const peer = await openPeer(reply);
  const turn = await openEndpoint(adapter, endpoint(peer.url)).turn(ask(parts), new AbortController().signal);
  return { turn, peer };
};
