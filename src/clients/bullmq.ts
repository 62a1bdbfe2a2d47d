import type { RedisLink } from './redis.ts';

/** A rate that all workers of a queue share. */
export interface BullRate {
  readonly max: number;
  readonly durationMs: number;
}

/** What holds workers of a queue back, and what they are at. */
export interface BullState {
  readonly isPaused: boolean;
  readonly concurrency: number | null;
  readonly rate: BullRate | null;
  readonly active: number;
  readonly waiting: number;
}

/** One queue of BullMQ, over a connection that stays its owner's. Nothing here drops a job. Source: BullMQ 6. */
export interface BullQueue {
  /** Null: no worker and no producer has ever opened a queue of this name. */
  state(): Promise<BullState | null>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Null: no limit of the queue's own. */
  setConcurrency(concurrency: number | null): Promise<void>;
  /** Null: no limit of the queue's own. */
  setRate(rate: BullRate | null): Promise<void>;
}

/** Loaded when it is first used. The only owner of its library. @param prefix of the keys; `bull` unless the workers say otherwise */
export const withBullQueue = async <T>(
  link: RedisLink,
  name: string,
  prefix: string,
  work: (queue: BullQueue) => Promise<T>,
): Promise<T> => {
  const { Queue } = await import('bullmq');
  // Opening a queue writes what it is by default; looking must change nothing.
  const queue = new Queue(name, { connection: link, prefix, skipMetasUpdate: true, skipVersionCheck: true });
  queue.on('error', () => {}); // told by the call that it breaks
  try {
    return await work({
      async state() {
        if ((await link.exists(queue.toKey('meta'))) === 0) return null;
        const rate = await queue.getGlobalRateLimit();
        // Counted without a script, which a credential that may only look has no right to.
        const [wait, prioritized] = [await link.llen(queue.toKey('wait')), await link.zcard(queue.toKey('prioritized'))];
        return {
          isPaused: await queue.isPaused(),
          concurrency: await queue.getGlobalConcurrency(),
          rate: rate === null ? null : { max: rate.max, durationMs: rate.duration },
          active: await link.llen(queue.toKey('active')),
          waiting: wait + prioritized,
        };
      },
      pause: () => queue.pause(),
      resume: () => queue.resume(),
      async setConcurrency(concurrency) {
        await (concurrency === null ? queue.removeGlobalConcurrency() : queue.setGlobalConcurrency(concurrency));
      },
      async setRate(rate) {
        await (rate === null ? queue.removeGlobalRateLimit() : queue.setGlobalRateLimit(rate.max, rate.durationMs));
      },
    });
  } finally {
    await queue.close();
  }
};
