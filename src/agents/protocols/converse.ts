import type { Price } from '../../fleet/agent.ts';
import type { World } from '../../fleet/slots.ts';
import { messageOf } from '../../ground/errors.ts';
import { costOf } from '../prices/span-cost.ts';
import type { AgentProtocol, Ask, Turn, TurnLimits } from './port.ts';
import { newSpanId } from './trace-context.ts';
import { noWire, turnOf } from './turn.ts';

export interface Conversation {
  readonly protocol: AgentProtocol;
  /** What is said, in order; empty: a probe that sends no prompt. */
  readonly inputs: readonly string[];
  readonly traceId: string;
  readonly limits: TurnLimits;
  readonly prices: Readonly<Record<string, Price>>;
}

/**
 * Several turns on one thread. `goOn` is asked after each, with the turns so far, and the next is begun only while it agrees; a probe
 * has no next turn and does not ask. Never throws: what goes wrong on our own side is a turn with outcome `checker_error`.
 */
export const converse = async (
  world: World,
  talk: Conversation,
  goOn: (turns: readonly Turn[]) => boolean | Promise<boolean>,
  signal: AbortSignal,
): Promise<readonly Turn[]> => {
  const { protocol, traceId, limits, prices } = talk;
  const turns: Turn[] = [];
  const askOf = (input: string): Ask => ({ input, thread: turns.at(-1)?.thread ?? null, traceId, spanId: newSpanId(world.random), limits });
  const take = async (work: () => Promise<Turn>) => {
    const startedAt = world.clock.monotonic();
    try {
      const turn = await work();
      turns.push(turn.costNanos === null ? { ...turn, costNanos: costOf(prices, turn.model, turn.usage) } : turn);
    } catch (thrown) {
      const failed = {
        outcome: 'checker_error',
        cause: 'own fault',
        detail: `the request could not be made: ${messageOf(thrown)}`,
      } as const;
      turns.push(turnOf(failed, noWire(world.clock.monotonic() - startedAt)));
    }
  };
  if (talk.inputs.length === 0) await take(() => protocol.probe(askOf(''), signal));
  for (const input of talk.inputs) {
    await take(() => protocol.turn(askOf(input), signal));
    if (!(await goOn([...turns]))) break;
  }
  // A turn that failed on our own side has no thread, yet what was opened before it is still there.
  const thread = turns.findLast((turn) => turn.thread !== null)?.thread ?? null;
  // The answers are already in; what cannot be freed is left to the agent's own housekeeping.
  if (thread !== null) await protocol.release?.(thread, askOf(''), signal).catch(() => undefined);
  return turns;
};
