import { dig, digNumber, isObject, type Json } from '../../src/ground/json.ts';
import type { Clock } from '../../src/ground/runtime/context.ts';
import type { Received, Reply } from './http-peer.ts';
import { json } from './replies.ts';

export interface RabbitStub {
  readonly reply: Reply;
  readonly policies: Map<string, Json>;
  /** What was really changed, in order. */
  readonly done: readonly string[];
  removeQueue(): void;
}

export interface RabbitStubParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly queue: string;
  /** What it was declared with. */
  readonly arguments?: Json;
  readonly policies?: Readonly<Record<string, Json>>;
  /** `user:password` of all that are let in. */
  readonly credentials: readonly string[];
  /** False: the plugin keeps none. */
  readonly statistics?: boolean;
}

/** How often statistics are collected. */
export const collectMs = 5000;

/**
 * The management plugin with one queue, as far as controls meet it: definitions are true at once, what the queue says of them is a statistic.
 * Written from its HTTP API reference and from what a 3.10.8 answered.
 */
export const rabbitStub = ({ clock, queue, credentials, statistics = true, ...given }: RabbitStubParts): RabbitStub => {
  const policies = new Map<string, Json>(Object.entries(given.policies ?? {}));
  const done: string[] = [];
  let isThere = true;
  const priorityOf = (policy: Json | undefined): number => digNumber(policy, 'priority') ?? 0;
  const winner = () => [...policies.keys()].sort((a, b) => priorityOf(policies.get(b)) - priorityOf(policies.get(a)))[0] ?? null;
  const collect = () => ({
    policy: winner(),
    effective_policy_definition: (dig(policies.get(winner() ?? ''), 'definition') as Json) ?? {},
  });
  let [collected, collectedAt] = [collect(), clock.now()];
  const collectInTime = () => {
    if (clock.now() - collectedAt >= collectMs) [collected, collectedAt] = [collect(), clock.now()];
  };
  const answer = ({ method, path, headers, json: sent }: Received): Reply => {
    const [user, password] = Buffer.from(`${headers.authorization}`.replace('Basic ', ''), 'base64').toString().split(':');
    if (!credentials.includes(`${user}:${password}`)) return json({ error: 'not_authorized', reason: 'Login failed' }, 401);
    const [, , kind, vhost, name] = path.split('/').map(decodeURIComponent);
    const missing = json({ error: 'Object Not Found', reason: 'Not Found' }, 404);
    if (vhost !== '/') return missing;
    collectInTime();
    if (kind === 'queues') {
      const told = statistics ? { consumers: 2, messages_ready: 12, messages_unacknowledged: 3, ...collected } : {};
      return isThere && name === queue ? json({ name, vhost, type: 'classic', arguments: given.arguments ?? {}, ...told }) : missing;
    }
    if (kind !== 'policies') return missing;
    if (name === undefined)
      return json([...policies].map(([each, policy]) => ({ ...(isObject(policy) ? policy : {}), name: each, vhost })));
    if (method === 'PUT') {
      const before = JSON.stringify(policies.get(name));
      policies.set(name, sent);
      if (before !== JSON.stringify(sent)) done.push(`put ${name}`);
      return (_request, response) => response.writeHead(before === undefined ? 201 : 204).end();
    }
    if (method !== 'DELETE' || !policies.delete(name)) return missing;
    done.push(`deleted ${name}`);
    return (_request, response) => response.writeHead(204).end();
  };
  return {
    reply: (request, response) => answer(request)(request, response),
    policies,
    done,
    removeQueue: () => {
      isThere = false;
    },
  };
};
