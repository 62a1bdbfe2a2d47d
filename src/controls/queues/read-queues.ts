import type { Agent } from '../../fleet/agent.ts';
import type { Slot, World } from '../../fleet/slots.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { runBounded } from '../../ground/runtime/pool.ts';
import { unknownQueue, whyNoDepth } from './facts.ts';
import type { QueueFacts } from './port.ts';
import { queues } from './registry.ts';

const atOnce = 8;

/** The queues of agents as they stand now, and what could not be seen. */
export interface QueuesRead {
  /** By agent, in no order; also those of which little is known. */
  readonly facts: ReadonlyMap<string, QueueFacts>;
  /** One sentence for each whose depth is not known. Untrusted, masked. */
  readonly problems: readonly string[];
}

type Queued = Agent & { readonly queue: Slot };

/** Reads the queues of agents, a server's one after the other: one that does not answer is not waited for again for each of its queues. */
export const readQueues = async (ctx: World & Pick<Context, 'signal'>, agents: readonly Agent[]): Promise<QueuesRead> => {
  const facts = new Map<string, QueueFacts>();
  const silent = new Set<string>();
  const queued = agents.filter((agent): agent is Queued => agent.queue !== undefined && agent.queue !== null);
  await runBounded(queued, { total: atOnce, perKey: 1, keyOf: serverOf, signal: ctx.signal }, async (agent) => {
    const server = serverOf(agent);
    if (silent.has(server)) {
      facts.set(agent.name, unknownQueue('its server does not answer'));
      return;
    }
    try {
      facts.set(agent.name, await readQueue(ctx, agent.queue));
    } catch (thrown) {
      if (!(thrown instanceof OpsError)) throw thrown;
      silent.add(server);
      facts.set(agent.name, unknownQueue(ctx.secrets.mask(thrown.message)));
    }
  });
  const problems = queued.flatMap(({ name }) => {
    const read = facts.get(name);
    const why = read === undefined ? null : whyNoDepth(read);
    return why === null ? [] : [`the queue of ${name} cannot be read: ${why}`];
  });
  return { facts, problems };
};

const readQueue = async (ctx: World & Pick<Context, 'signal'>, { kind, config }: Slot): Promise<QueueFacts> => {
  const load = queues[kind];
  if (load === undefined) throw new Error(`the manifest was accepted with a queue of kind ${kind}, which is not registered`);
  return (await load()).default.open(config, ctx).read(ctx.signal);
};

/** By its address as it is written: whose secrets cannot be had is asked for them once, too. */
const serverOf = ({ queue }: Queued): string => JSON.stringify((queue.config as { readonly url?: unknown }).url ?? queue.config);
