import { type CeleryTask, type CeleryWorkers, lookAtWorkers } from '../../../clients/celery.ts';
import { openCeleryMailbox } from '../../../clients/celery-mailbox.ts';
import type { RedisLink } from '../../../clients/redis.ts';
import { opener } from '../../../fleet/slots.ts';
import type { Config } from '../configs/celery.ts';
import { queueFacts } from '../facts.ts';
import { openQueueRedis } from '../open-queue-redis.ts';
import type { QueueFacts, QueueReader } from '../port.ts';
import { readRabbitQueue } from '../read-rabbit-queue.ts';

/** What kombu puts behind the name of a queue for tasks of a priority; the highest has none. Source: kombu 5, Redis transport. */
const prioritySuffixes = ['', '\u0006\u00163', '\u0006\u00166', '\u0006\u00169'];
const untold = { unknown: 'Celery does not write on a task when it was sent' } as const;

/**
 * A queue of Celery tasks. On Redis what waits is a list, and what is worked on is asked of the workers, because they acknowledge a task
 * when they begin it; a RabbitMQ tells both itself.
 */
export default opener<Config, QueueReader>({
  kind: 'celery',
  open(config, world) {
    if (/^https?:/.test(config.url.secret)) return { read: (signal) => readRabbitQueue(config, world, signal) };
    const server = openQueueRedis(config, world);
    return {
      read: (signal) =>
        server.during(signal, async (link) => {
          const parts = { database: server.database(), exchange: config.control_exchange, waitMs: config.wait };
          return factsOf(config.queue, await waitingIn(link, config.queue), await lookAtWorkers(openCeleryMailbox(link, parts, world)));
        }),
    };
  },
});

const waitingIn = async (link: RedisLink, queue: string): Promise<number> => {
  let waiting = 0;
  for (const suffix of prioritySuffixes) waiting += await link.llen(`${queue}${suffix}`);
  return waiting;
};

const factsOf = (queue: string, waiting: number, { workers, heard }: CeleryWorkers): QueueFacts => {
  const taking = workers.filter(({ queues }) => queues.includes(queue));
  const silent = { unknown: `only ${workers.length} of ${heard} workers said what they are at` };
  const isComplete = workers.length >= heard;
  // A task that names no queue of its own can only have come from the one that its worker takes from.
  const isOwn = ({ routingKey }: CeleryTask, queues: readonly string[]) =>
    routingKey === null ? queues.length === 1 : routingKey === queue;
  const begun = taking.map(({ queues, active, reserved }) => ({
    active: active.filter((task) => isOwn(task, queues)).length,
    reserved: reserved.filter((task) => isOwn(task, queues)).length,
  }));
  return queueFacts({
    ready: waiting,
    inFlight: isComplete ? begun.reduce((sum, { active, reserved }) => sum + active + reserved, 0) : silent,
    workers: isComplete ? taking.length : silent,
    oldestMs: waiting === 0 ? null : untold,
    waitMs: untold,
    added: { unknown: 'a list in Redis does not count what was put in' },
  });
};
