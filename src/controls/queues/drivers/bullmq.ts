import { type BullFigures, readBullFigures } from '../../../clients/bullmq-figures.ts';
import { opener } from '../../../fleet/slots.ts';
import type { Config } from '../configs/bullmq.ts';
import { queueFacts, unknownQueue } from '../facts.ts';
import { openQueueRedis } from '../open-queue-redis.ts';
import type { QueueFacts, QueueReader } from '../port.ts';

/** A job that was begun longer ago says nothing of how long jobs wait now, ms. */
const lately = 600_000;

/** A queue of BullMQ. What is delayed is no work yet. */
export default opener<Config, QueueReader>({
  kind: 'bullmq',
  open(config, world) {
    const { queue, prefix } = config;
    const server = openQueueRedis(config, world);
    return {
      async read(signal) {
        const figures = await server.during(signal, (link) => readBullFigures(link, queue, prefix));
        if (figures === null) return unknownQueue(`no worker and no producer has ever opened queue ${queue} under ${prefix}`);
        return factsOf(figures, world.clock.now());
      },
    };
  },
});

const factsOf = ({ waiting, active, workers, nextDueAt, newest, added }: BullFigures, nowMs: number): QueueFacts =>
  queueFacts({
    ready: waiting,
    inFlight: active,
    workers: workers ?? { unknown: 'this credential may not list connections, by which workers are counted' },
    oldestMs: nextDueAt === null ? null : Math.max(0, nowMs - nextDueAt),
    waitMs: newest === null || nowMs - newest.begunAt > lately ? null : Math.max(0, newest.begunAt - newest.dueAt),
    added,
  });
