import type { Price } from '../../fleet/agent.ts';
import type { World } from '../../fleet/slots.ts';
import { messageOf } from '../../ground/errors.ts';
import { costOf } from '../prices/span-cost.ts';
import type { AgentProtocol, Ask, Turn, TurnLimits } from './port.ts';
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
 * Several turns on one thread, each begun only while `goOn` likes the turns so far. Never throws: what goes wrong on our own side
 * is a turn with outcome `checker_error`.
 */
export const converse = async (
  world: World,
  talk: Conversation,
  goOn: (turns: readonly Turn[]) => boolean,
  signal: AbortSignal,
): Promise<readonly Turn[]> => {
  const { protocol, traceId, limits, prices } = talk;
  const turns: Turn[] = [];
  const askOf = (input: string): Ask => ({ input, thread: turns.at(-1)?.thread ?? null, traceId, spanId: spanId(world), limits });
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
    if (!goOn(turns)) break;
  }
  // A turn that failed on our own side has no thread, yet what was opened before it is still there.
  const thread = turns.findLast((turn) => turn.thread !== null)?.thread ?? null;
  if (thread !== null) await protocol.release?.(thread, askOf(''), signal);
  return turns;
};

/** W3C Trace Context: 16 hex digits, not all zero. */
const spanId = ({ random }: World): string => {
  const digits = Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
  return /^0+$/.test(digits) ? '1'.padStart(16, '0') : digits;
};
