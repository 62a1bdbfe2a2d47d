import type { Price } from '../../fleet/agent.ts';
import type { World } from '../../fleet/slots.ts';
import { messageOf } from '../../ground/errors.ts';
import { loadListPrices } from '../prices/load-list-prices.ts';
import { costOf } from '../prices/span-cost.ts';
import { costAtRates } from '../prices/token-rates.ts';
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

/** What a turn cost by its tokens: at the manifest's price, else at that of the public list, which is loaded only then. */
const priceOf = async (
  { model, usage }: Turn,
  prices: Conversation['prices'],
  nowMs: number,
): Promise<Pick<Turn, 'costNanos' | 'costSource'>> => {
  const unknown = { costNanos: null, costSource: null };
  if (model === null || usage === null || (usage.input === null && usage.output === null)) return unknown;
  const own = costOf(prices, model, usage);
  if (own !== null) return { costNanos: own, costSource: 'manifest' };
  const levels = (await loadListPrices()).levels(null, model, nowMs * 1000);
  const listed = levels === null ? null : costAtRates(levels, usage);
  return listed === null ? unknown : { costNanos: listed, costSource: 'list' };
};

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
      turns.push(turn.costNanos === null ? { ...turn, ...(await priceOf(turn, prices, world.clock.now())) } : turn);
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
