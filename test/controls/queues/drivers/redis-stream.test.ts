import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { redisPrograms, startRedis } from '../../../peers/start-redis.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openQueue } from '../../../support/real-queue.ts';
import { sharedPeer } from '../../../support/shared-peer.ts';
import { until } from '../../../support/until.ts';

describeWithPeer('a group of a real Redis stream', { programs: redisPrograms }, () => {
  const redis = sharedPeer(startRedis);

  const stage = async () => {
    const { admin, url } = await redis();
    const stream = `jobs-${randomUUID()}`;
    await admin.xgroup('CREATE', stream, 'workers', '$', 'MKSTREAM');
    const add = async (count: number) => {
      for (let job = 0; job < count; job += 1) await admin.xadd(stream, '*', 'job', String(job));
    };
    const take = async (count: number, consumer = 'one') => {
      await admin.xreadgroup('GROUP', 'workers', consumer, 'COUNT', count, 'STREAMS', stream, '>');
      return ((await admin.xpending(stream, 'workers', '-', '+', 100)) as [string][]).map(([id]) => id);
    };
    const done = (ids: readonly string[]) => admin.xack(stream, 'workers', ...ids);
    const open = (parts = {}) => openQueue('redis-stream', { url, stream, group: 'workers', ...parts });
    return { admin, stream, add, take, done, open, read: await open() };
  };

  it('counts what was not taken and what is not acknowledged, and not what is history', async () => {
    const { read, add, take, done } = await stage();
    expect(await read()).toMatchObject({ depth: 0, ready: 0, inFlight: 0, workers: null, oldestMs: null, waitMs: null, added: 0 });
    expect((await read()).unknown).toEqual({ workers: expect.stringContaining('no worker has taken an entry yet') });
    await add(7);
    const [first = ''] = await take(1);
    await done([first]);
    await take(2, 'two');
    expect(await read()).toMatchObject({ depth: 6, ready: 4, inFlight: 2, workers: 2, added: 7, unknown: {} });
  });

  it('tells how long the oldest waits and how long the newest that was begun had to', async () => {
    const { admin, stream, read, take } = await stage();
    const [seconds] = await admin.time();
    const now = Number(seconds) * 1000;
    await admin.xadd(stream, `${now - 90_000}-0`, 'job', 'a');
    await admin.xadd(stream, `${now - 60_000}-0`, 'job', 'b');
    await take(1);
    const { oldestMs, waitMs } = await read();
    expect(oldestMs).toBeGreaterThanOrEqual(60_000);
    expect(oldestMs).toBeLessThan(65_000);
    expect(waitMs).toBeGreaterThanOrEqual(90_000);
    expect(waitMs).toBeLessThan(95_000);
  });

  it('counts one by one where Redis has lost count, up to a bound beyond which it says that it does not know', async () => {
    const { admin, stream, read, add } = await stage();
    await add(6);
    const entries = await admin.xrange(stream, '-', '+');
    await admin.xdel(stream, entries[3]?.[0] ?? '');
    expect(await read()).toMatchObject({ depth: 5, ready: 5 });
    await add(1000);
    const { depth, ready, unknown } = await read();
    expect([depth, ready]).toEqual([null, null]);
    expect(unknown.ready).toMatch(/^more than 1000 entries wait/);
  });

  it('takes no age from ids that a producer made up', async () => {
    const { admin, stream, read } = await stage();
    await admin.xadd(stream, '1-1', 'job', 'a');
    expect(await read()).toMatchObject({ ready: 1, oldestMs: null, unknown: { oldestMs: expect.stringContaining('make up') } });
  });

  it('takes no consumer for a worker that asked for nothing for long', async () => {
    const { add, take, open } = await stage();
    await add(1);
    await take(1, 'gone');
    const read = await open({ gone_after: '1ms' });
    await until('the consumer is gone', async () => (await read()).workers === 0);
    expect((await (await open())()).workers).toBe(1);
  });

  it('knows nothing of a group that is not there, and says so', async () => {
    const { open } = await stage();
    const facts = await (await open({ group: 'nobody' }))();
    expect(facts).toMatchObject({ depth: null, workers: null, unknown: { ready: expect.stringContaining('no group nobody') } });
  });
});
