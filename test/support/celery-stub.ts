import type { Redis } from 'ioredis';
import { dig, digString, type Json, parseJson } from '../../src/ground/json.ts';

/** A worker as far as remote control meets it. */
export interface CeleryStubWorker {
  readonly queues: string[];
  readonly limits: Record<string, string | null>;
  /** Id → name of the task and routing key. */
  readonly active: Map<string, readonly [task: string, routingKey: string]>;
  /** Hears and does everything, and never answers. */
  readonly isMute?: boolean;
}

export interface CeleryStub {
  /** What the workers really changed, in order. */
  readonly done: string[];
  stop(): Promise<void>;
}

const encode = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64');
const decode = (text: string): Json => parseJson(Buffer.from(text, 'base64').toString()) ?? null;

/**
 * Celery workers on a broker of their own, each with a subscription of its own. Written from the captured commands and from what workers of
 * Celery 5.2.6 answered.
 */
export const startCeleryStub = async (
  broker: Redis,
  exchange: string,
  workers: Readonly<Record<string, CeleryStubWorker>>,
): Promise<CeleryStub> => {
  const done: string[] = [];
  const handle = (name: string, worker: CeleryStubWorker, method: string, args: Json): Json => {
    const queue = digString(args, 'queue') ?? '';
    const at = worker.queues.indexOf(queue);
    switch (method) {
      case 'active_queues':
        return worker.queues.map((each) => ({ name: each, routing_key: each }));
      case 'active':
        return [...worker.active].map(([id, [task, key]]) => ({ id, name: task, delivery_info: { exchange: '', routing_key: key } }));
      case 'reserved':
        return [];
      case 'registered':
        return Object.entries(worker.limits).map(([task, limit]) => (limit === null ? task : `${task} [rate_limit=${limit}]`));
      case 'add_consumer':
        if (at < 0) {
          worker.queues.push(queue);
          done.push(`${name} takes from ${queue}`);
        }
        return { ok: `add consumer ${queue}` };
      case 'cancel_consumer':
        if (at >= 0) {
          worker.queues.splice(at, 1);
          done.push(`${name} stops taking from ${queue}`);
        }
        return { ok: `no longer consuming from ${queue}` };
      case 'rate_limit': {
        const [task, limit] = [digString(args, 'task_name') ?? '', digString(args, 'rate_limit')];
        if (!Object.hasOwn(worker.limits, task)) return { error: 'unknown task' };
        if (worker.limits[task] !== limit) done.push(`${name} begins ${task} ${limit}`);
        worker.limits[task] = limit;
        return { ok: 'new rate limit set successfully' };
      }
      case 'revoke':
        for (const id of (dig(args, 'task_id') as string[] | undefined) ?? []) {
          if (worker.active.delete(id)) done.push(`${name} ends ${id}`);
        }
        return { ok: 'terminate: done' };
      default:
        return { error: `unknown method ${method}` };
    }
  };
  const replier = broker.duplicate();
  const ears = await Promise.all(
    Object.entries(workers).map(async ([name, worker]) => {
      const ear = broker.duplicate();
      await ear.subscribe(`/0.${exchange}.pidbox`);
      ear.on('message', async (_channel, text) => {
        const body = decode(digString(parseJson(text), 'body') ?? '');
        const destination = dig(body, 'destination');
        if (Array.isArray(destination) && !destination.includes(name)) return;
        const answer = handle(name, worker, digString(body, 'method') ?? '', (dig(body, 'arguments') as Json | undefined) ?? {});
        const [box, key] = [digString(body, 'reply_to', 'exchange'), digString(body, 'reply_to', 'routing_key')];
        if (worker.isMute || box === null || key === null) return;
        const headers = { ticket: digString(body, 'ticket'), clock: 7 };
        const reply = { body: encode({ [name]: answer }), headers, properties: { body_encoding: 'base64' } };
        for (const binding of await replier.smembers(`_kombu.binding.${box}`)) {
          const [routingKey, , list] = binding.split('\u0006\u0016');
          if (routingKey === key && list !== undefined) await replier.lpush(list, JSON.stringify(reply));
        }
      });
      return ear;
    }),
  );
  return {
    done,
    async stop() {
      for (const link of [...ears, replier]) link.disconnect();
    },
  };
};
