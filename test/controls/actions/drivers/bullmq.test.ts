import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import type { ControlDriver, Desired } from '../../../../src/controls/actions/port.ts';
import { connection } from '../../../contract/control-suite.ts';
import { redisPrograms, startRedis } from '../../../peers/start-redis.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openReal } from '../../../support/real-control.ts';
import { sharedPeer } from '../../../support/shared-peer.ts';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;
const env = { CONTROL_READ: 'ops:read-credential-0001', CONTROL_WRITE: 'ops:write-credential-0002' };

describeWithPeer('real workers of BullMQ', { programs: redisPrograms }, () => {
  const redis = sharedPeer(async () => {
    const started = await startRedis();
    const everything = ['~*', '&*', '+@all'];
    await started.admin.call('ACL', 'SETUSER', 'ops', 'on', '>read-credential-0001', '>write-credential-0002', ...everything);
    return started;
  });

  /** Workers whose jobs end when they are told to. */
  const work = async (concurrency: number) => {
    const { url } = await redis();
    const name = `tasks-${randomUUID()}`;
    const link = () => {
      const made = new Redis(url, { maxRetriesPerRequest: null });
      onTestFinished(() => made.disconnect());
      return made;
    };
    const queue = new Queue(name, { connection: link() });
    const begun: string[] = [];
    const endings = new Map<string, () => void>();
    const job = (id: string) => {
      begun.push(id);
      return new Promise<void>((resolve) => endings.set(id, resolve));
    };
    const worker = new Worker(name, ({ name: id }) => job(id), { connection: link(), concurrency, drainDelay: 1 });
    await worker.waitUntilReady();
    onTestFinished(async () => {
      await worker.close(true);
      await queue.close();
    });
    const drivers = await openReal('bullmq', { connection: 'broker', queue: name }, { connections: connection('broker', url), env });
    const end = async (id: string) => {
      endings.get(id)?.();
      endings.delete(id);
      await until(`${id} is over`, async () => (await queue.getJobs(['active'])).every(({ name: each }) => each !== id));
    };
    return { ...drivers, queue, begun, end, add: (id: string) => queue.add(id, {}) };
  };
  const planned = async (looking: ControlDriver, want: Desired) => {
    const change = looking.plan(want, await looking.read(want.action, never));
    if (change === null) throw new Error('nothing to change');
    return change;
  };

  it('end what is active and begin nothing while the queue is paused, and go on after', async () => {
    const { looking, acting, begun, end, add, queue } = await work(2);
    await add('a');
    await until('a begins', () => begun.length === 1);
    const change = await planned(looking, { action: 'disable', params: {} });
    expect(await acting.apply(change, 'k', never)).toMatchObject({ result: 'applied' });
    expect(await looking.confirm(change, never)).toBe('seen');
    await add('b');
    expect((await looking.read('disable', never)).keepsRunning).toBe('1 job in flight; 1 more wait');
    // The end of a job is when a worker asks for its next.
    await end('a');
    expect([begun, await queue.count()]).toEqual([['a'], 1]);

    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'applied' });
    await until('b begins', () => begun.length === 2);
    await end('b');
  });

  it('do so many at the same time as a throttle lets them', async () => {
    const { looking, acting, begun, end, add } = await work(5);
    const change = await planned(looking, { action: 'throttle', params: { max_parallel: 1 } });
    await acting.apply(change, 'k', never);
    for (const id of ['a', 'b', 'c']) await add(id);
    await until('a begins', () => begun.length === 1);
    await end('a');
    await until('the next begins', () => begun.length === 2);
    expect(begun).toHaveLength(2);
    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'applied' });
    await add('d');
    await until('all begin', () => begun.length === 4);
    for (const id of begun) await end(id);
  });

  it('begin so many in a minute as a throttle lets them', async () => {
    const { looking, acting, begun, end, add, queue } = await work(5);
    const change = await planned(looking, { action: 'throttle', params: { requests_per_minute: 2 } });
    await acting.apply(change, 'k', never);
    for (const id of ['a', 'b', 'c']) await add(id);
    await until('two begin', () => begun.length === 2);
    await until('the limit is reached', async () => (await queue.getRateLimitTtl(2)) > 0);
    for (const id of [...begun]) await end(id);
    expect(begun).toHaveLength(2);
    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'applied' });
    expect(await queue.getGlobalRateLimit()).toBeNull();
  });
});
