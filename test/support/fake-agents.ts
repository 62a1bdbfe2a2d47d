import { z } from 'zod';
import type { AgentProtocol, Ask, Turn } from '../../src/agents/protocols/port.ts';
import { adapter, type Registry } from '../../src/fleet/slots.ts';
import type { SecretRef } from '../../src/ground/runtime/context.ts';
import { turn } from './turn.ts';

/** What an agent answers: a turn, or what is to be thrown. */
export type Answer = (ask: Ask, signal: AbortSignal) => Promise<Turn> | Turn;

/** The protocol `fake`: each host answers as told, `ok` where nothing is. `asked` grows by the host of each turn or probe. */
export const fakeAgents = (answers: Readonly<Record<string, Answer>> = {}) => {
  const asked: { readonly host: string; readonly ask: Ask }[] = [];
  const protocolOf = (host: string): AgentProtocol => {
    const answer = async (ask: Ask, signal: AbortSignal) => {
      asked.push({ host, ask });
      return (answers[host] ?? (() => turn()))(ask, signal);
    };
    return { traits: { streams: false, multiTurn: true }, probe: answer, turn: answer };
  };
  const fake = adapter<{ url: SecretRef }, AgentProtocol>({
    kind: 'fake',
    summary: 'Answers as a test says.',
    config: z.custom<{ url: SecretRef }>(),
    open: ({ url }) => protocolOf(new URL(url.secret).host),
  });
  const protocols: Registry<AgentProtocol> = { fake: async () => ({ default: fake }) };
  return { protocols, asked };
};
