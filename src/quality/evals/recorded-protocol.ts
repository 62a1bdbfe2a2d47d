import type { AgentProtocol, Turn } from '../../agents/protocols/port.ts';
import { noWire, turnOf } from '../../agents/protocols/turn.ts';

/** What was answered in production, handed out turn by turn, so that it is graded like an answer of today. */
export const recordedProtocol = (recorded: readonly Turn[]): AgentProtocol => {
  const left = [...recorded];
  const missing = turnOf(
    { outcome: 'checker_error', cause: 'not recorded', detail: 'the answer to this turn was not recorded' },
    noWire(0),
  );
  return {
    traits: { streams: false, multiTurn: true },
    probe: () => Promise.resolve(missing),
    turn: () => Promise.resolve(left.shift() ?? missing),
  };
};
