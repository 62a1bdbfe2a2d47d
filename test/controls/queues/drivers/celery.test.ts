import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { celeryPrograms, celeryTask, startCeleryWorker } from '../../../peers/start-celery.ts';
import { startRedis } from '../../../peers/start-redis.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openQueue } from '../../../support/real-queue.ts';
import { sharedPeer } from '../../../support/shared-peer.ts';
import { until } from '../../../support/until.ts';

describeWithPeer('a queue of real Celery workers on Redis', { programs: celeryPrograms }, () => {
  const fleet = sharedPeer(async () => {
    const broker = await startRedis();
    await broker.admin.select(3);
    const url = `${broker.url}/3`;
    const worker = await startCeleryWorker(url, 'agents', 'agents');
    const stop = async () => {
      await worker.stop();
      await broker.stop();
    };
    return { admin: broker.admin, url, stop };
  });
  beforeAll(fleet);

  it('counts what waits in its list, at every priority, and what its workers have taken', async () => {
    const { admin, url } = await fleet();
    const read = await openQueue('celery', { url, queue: 'agents' });
    expect(await read()).toMatchObject({ depth: 0, ready: 0, inFlight: 0, workers: 1, oldestMs: null });
    // Two are begun and two are prefetched, one for each process.
    const names = Array.from({ length: 7 }, () => randomUUID());
    for (const name of names) await admin.lpush('agents', celeryTask(name, 'agents', [name, true]));
    await until('two begin', async () => (await admin.llen('begun')) === 2);
    await admin.lpush('agents\u0006\u00169', celeryTask('low', 'agents', ['low', true]));
    await until('all are counted', async () => (await read()).depth === 8);
    const { ready, inFlight, workers, unknown } = await read();
    expect([ready, inFlight, workers]).toEqual([4, 4, 1]);
    expect(unknown).toMatchObject({ oldestMs: expect.any(String), waitMs: expect.any(String), added: expect.any(String) });
    expect(await (await openQueue('celery', { url, queue: 'letters' }))()).toMatchObject({ depth: 0, workers: 0 });
  });
});
