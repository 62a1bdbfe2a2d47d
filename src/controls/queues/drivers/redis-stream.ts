import type { RedisLink } from '../../../clients/redis.ts';
import {
  type Consumer,
  consumersOf,
  countUntaken,
  entryMs,
  firstUntaken,
  type GroupDepth,
  groupDepth,
  pendingEntry,
  streamAdded,
} from '../../../clients/redis-stream.ts';
import { opener } from '../../../fleet/slots.ts';
import type { Config } from '../configs/redis-stream.ts';
import { type Found, queueFacts, unknownQueue } from '../facts.ts';
import { openQueueRedis } from '../open-queue-redis.ts';
import type { QueueFacts, QueueReader } from '../port.ts';

/** What is counted one by one where Redis has lost count: whole entries travel for it. */
const countedAtMost = 1000;
/** Before this no server has written an id: who does so writes ids of its own. 2015-01-01, UTC epoch ms. */
const firstClockMs = 1_420_070_400_000;

/** The consumer group of a Redis stream: what was not taken yet, what was taken and is not acknowledged, and who asks for more. */
export default opener<Config, QueueReader>({
  kind: 'redis-stream',
  open(config, world) {
    const server = openQueueRedis(config, world);
    return { read: (signal) => server.during(signal, (link) => look(link, config)) };
  },
});

const look = async (link: RedisLink, { stream, group, gone_after: goneAfterMs }: Config): Promise<QueueFacts> => {
  const depth = await groupDepth(link, stream, group);
  if (depth === null) return unknownQueue(`there is no group ${group} of a stream ${stream}`);
  const [seconds, micros] = await link.time();
  const nowMs = Number(seconds) * 1000 + Number(micros) / 1000;
  const ready = await readyOf(link, stream, depth);
  const consumers = await consumersOf(link, stream, group);
  return queueFacts({
    ready,
    inFlight: depth.pending,
    workers: workersAmong(consumers, goneAfterMs),
    oldestMs: ready === 0 ? null : ageOf(await firstUntaken(link, stream, depth.lastTaken), nowMs),
    waitMs: await newestWait(link, { stream, group }, depth, nowMs),
    added: (await streamAdded(link, stream)) ?? { unknown: 'Redis counts what is added to a stream since version 7' },
  });
};

const readyOf = async (link: RedisLink, stream: string, { lag, lastTaken }: GroupDepth): Promise<Found> => {
  if (lag !== null) return lag;
  const counted = await countUntaken(link, stream, lastTaken, countedAtMost);
  if (counted !== null) return counted;
  return { unknown: `more than ${countedAtMost} entries wait, and Redis has lost count: it does until those that were deleted are passed` };
};

/** Somebody who is at a long task asks for nothing meanwhile, and is at work all the same. */
const workersAmong = (consumers: readonly Consumer[], goneAfterMs: number): Found =>
  consumers.length === 0
    ? { unknown: 'no worker has taken an entry yet, which is when Redis before 7.2 first knows of it' }
    : consumers.filter(({ idleMs }) => idleMs <= goneAfterMs).length;

/** Ids hold the time of the server, unless a producer makes up its own. */
const ageOf = (id: string | null, nowMs: number): Found => {
  if (id === null) return null;
  const at = entryMs(id);
  return at < firstClockMs || at > nowMs + 60_000
    ? { unknown: 'producers make up the ids of entries, so that none holds when it was added' }
    : Math.max(0, nowMs - at);
};

/** Known while the newest that was taken is worked on, and was handed out once. */
const newestWait = async (
  link: RedisLink,
  { stream, group }: Pick<Config, 'stream' | 'group'>,
  { lastTaken }: GroupDepth,
  nowMs: number,
): Promise<Found> => {
  const pending = await pendingEntry(link, stream, group, lastTaken);
  if (pending === null || pending.deliveries !== 1) return null;
  const age = ageOf(lastTaken, nowMs);
  return typeof age === 'number' ? Math.max(0, age - pending.idleMs) : age;
};
