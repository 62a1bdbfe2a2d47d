import { openRedis, type RedisLink } from '../../clients/redis.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';

import { OpsError } from '../../ground/errors.ts';
import type { Context, SecretRef } from '../../ground/runtime/context.ts';
import { runBounded } from '../../ground/runtime/pool.ts';
import type { QueueFacts } from '../../oversight/alerts/evaluation.ts';
import { concerns, rulesOf } from '../../oversight/alerts/rules.ts';

/** How long one server may take, ms: a tick has more to do than to wait for it. */
const timeoutMs = 5000;
const atOnce = 8;

/** As the kind `redis-stream` writes it, the only one. */
interface QueueConfig {
  readonly url: SecretRef;
  readonly stream: string;
  readonly group: string;
}

/** What waits for agents, by agent, and what could not be seen, one sentence each. */
export interface QueuesRead {
  readonly queues: ReadonlyMap<string, QueueFacts>;
  readonly problems: readonly string[];
}

/** Reads the queues of the agents that a rule of kind `queue_depth` is about. What cannot be read is no fact: the rule goes by its `no_data`. */
export const readQueues = async (ctx: Pick<Context, 'secrets' | 'signal'>, fleet: Fleet): Promise<QueuesRead> => {
  const rules = rulesOf(fleet).filter(({ test }) => test.type === 'queue_depth');
  const watched = fleet.agents.filter((agent) => rules.some((rule) => concerns(rule, agent)));
  const queues = new Map<string, QueueFacts>();
  const problems: string[] = [];
  /** Servers that did not answer: they are not waited for again for each of their queues. */
  const silent = new Set<string>();
  await runBounded(watched, { total: atOnce, perKey: 1, keyOf: serverOf, signal: ctx.signal }, async (agent) => {
    const { name, queue } = agent;
    if (queue === undefined || queue === null) return;
    if (silent.has(serverOf(agent))) {
      problems.push(`the queue of ${name} was not read: its server does not answer`);
      return;
    }
    const { url, stream, group } = queue.config as QueueConfig;
    const server = openRedis({ url: () => ctx.secrets.reveal(url), credential: () => null, timeoutMs }, ctx);
    try {
      const facts = await server.during(ctx.signal, (link) => depthOf(link, stream, group));
      if (facts === null) problems.push(`the queue of ${name}: Redis cannot tell how much waits for group ${group} of stream ${stream}`);
      else queues.set(name, facts);
    } catch (thrown) {
      if (!(thrown instanceof OpsError)) throw thrown;
      silent.add(serverOf(agent));
      problems.push(`the queue of ${name} cannot be read: ${ctx.secrets.mask(thrown.message)}`);
    }
  });
  return { queues, problems };
};

const serverOf = ({ queue }: Pick<Agent, 'queue'>): string => JSON.stringify((queue?.config as QueueConfig | undefined)?.url ?? null);

/** What was not delivered yet and what was and is not acknowledged. Null: there is no such group, or its lag is not known. Source: Redis, XINFO GROUPS. */
const depthOf = async (link: RedisLink, stream: string, group: string): Promise<QueueFacts | null> => {
  if ((await link.exists(stream)) === 0) return null;
  const groups = (await link.call('XINFO', 'GROUPS', stream)) as readonly (readonly unknown[])[];
  const fields = groups
    .map((flat) => new Map(flat.flatMap((key, at) => (at % 2 === 0 ? [[String(key), flat[at + 1]] as const] : []))))
    .find((each) => each.get('name') === group);
  const [lag, pending, consumers] = ['lag', 'pending', 'consumers'].map((key) => fields?.get(key));
  if (typeof lag !== 'number' || typeof pending !== 'number') return null;
  return { depth: lag + pending, workers: typeof consumers === 'number' ? consumers : null };
};
