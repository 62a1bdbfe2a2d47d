import type { QueueFacts as SeenQueue } from '../../controls/queues/port.ts';
import { readQueues } from '../../controls/queues/read-queues.ts';
import type { Agent } from '../../fleet/agent.ts';
import type { World } from '../../fleet/slots.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { QueueFacts } from './evaluation.ts';
import type { Rule } from './rule.ts';
import { concerns } from './rules.ts';

/** Queues as rules see them, by agent, and what could not be seen, one sentence each. */
export interface WatchedQueues {
  readonly queues: ReadonlyMap<string, QueueFacts>;
  readonly problems: readonly string[];
}

/** Reads the queues of the agents that a rule about what waits is about. What cannot be read is no fact: the rule goes by its `no_data`. */
export const readWatchedQueues = async (
  ctx: World & Pick<Context, 'signal'>,
  rules: readonly Rule[],
  agents: readonly Agent[],
): Promise<WatchedQueues> => {
  const depths = rules.filter(({ test }) => test.type === 'queue_depth');
  const { facts, problems } = await readQueues(
    ctx,
    agents.filter((agent) => depths.some((rule) => concerns(rule, agent))),
  );
  return { queues: watchedOf(facts), problems };
};

/** Queues as rules see them. */
export const watchedOf = (facts: ReadonlyMap<string, Pick<SeenQueue, 'depth' | 'workers'>>): WatchedQueues['queues'] =>
  new Map([...facts].flatMap(([agent, { depth, workers }]) => (depth === null ? [] : [[agent, { depth, workers }]])));
