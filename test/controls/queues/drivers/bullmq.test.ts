import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { redisPrograms, startRedis } from '../../../peers/start-redis.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openQueue } from '../../../support/real-queue.ts';
import { sharedPeer } from '../../../support/shared-peer.ts';
import { until } from '../../../support/until.ts';

describeWithPeer('a queue of a real BullMQ', { programs: redisPrograms }, () => {
  const redis = sharedPeer(startRedis);

  const stage = async () => {
    const { url, admin } = await redis();
    const name = `tasks-${randomUUID()}`;
    const link = () => {
      const made = new Redis(url, { maxRetriesPerRequest: null });
      onTestFinished(() => made.disconnect());
      return made;
    };
    const queue = new Queue(name, { connection: link() });
    onTestFinished(() => queue.close());
    const endings: (() => void)[] = [];
    const work = async () => {
      const worker = new Worker(name, () => new Promise<void>((resolve) => endings.push(resolve)), { connection: link(), drainDelay: 1 });
      await worker.waitUntilReady();
      onTestFinished(() => worker.close(true));
    };
    return { admin, url, name, queue, work, endings, read: await openQueue('bullmq', { url, queue: name }) };
  };

  it('counts what waits, in order of priority too, and what is active, and not what is delayed', async () => {
    const { read, queue, work, endings } = await stage();
    await queue.waitUntilReady();
    expect(await read()).toMatchObject({ depth: 0, workers: 0, oldestMs: null, waitMs: null, added: 0, unknown: {} });
    for (const name of ['a', 'b', 'c']) await queue.add(name, {});
    await queue.add('urgent', {}, { priority: 1 });
    await queue.add('later', {}, { delay: 3_600_000 });
    expect(await read()).toMatchObject({ depth: 4, ready: 4, inFlight: 0, workers: 0, added: 5 });
    await work();
    await until('a job begins', () => endings.length === 1);
    expect(await read()).toMatchObject({ depth: 4, ready: 3, inFlight: 1, workers: 1, added: 5, unknown: {} });
  });

  it('tells how long the next one waits and how long the newest that was begun had to', async () => {
    const { read, queue, work, endings } = await stage();
    await queue.add('old', {}, { timestamp: Date.now() - 90_000 });
    await queue.add('next', {}, { timestamp: Date.now() - 30_000 });
    expect((await read()).oldestMs).toBeGreaterThanOrEqual(90_000);
    await work();
    await until('a job begins', () => endings.length === 1);
    const { oldestMs, waitMs } = await read();
    expect(oldestMs).toBeGreaterThanOrEqual(30_000);
    expect(oldestMs).toBeLessThan(60_000);
    expect(waitMs).toBeGreaterThanOrEqual(90_000);
  });

  it('counts workers not at all where a credential may not see who is connected', async () => {
    const { admin, url, name, queue } = await stage();
    await queue.add('a', {});
    await admin.call('ACL', 'SETUSER', 'looker', 'on', '>look', '~*', '+@read', '+exists', '+auth', '+select');
    const read = await openQueue('bullmq', { url, queue: name, credential: '${LOOK}' }, { LOOK: 'looker:look' });
    expect(await read()).toMatchObject({ depth: 1, workers: null, unknown: { workers: expect.stringContaining('may not list') } });
  });

  it('knows nothing of a queue that nobody ever opened', async () => {
    const { url } = await redis();
    expect(await (await openQueue('bullmq', { url, queue: 'nobody' }))()).toMatchObject({ depth: null, added: null });
  });
});
