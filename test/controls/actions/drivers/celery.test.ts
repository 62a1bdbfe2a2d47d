import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ControlDriver, Desired } from '../../../../src/controls/actions/port.ts';
import { systemClock } from '../../../../src/ground/runtime/clock.ts';
import { connection } from '../../../contract/control-suite.ts';
import { celeryPrograms, celeryTask, startCeleryWorker } from '../../../peers/start-celery.ts';
import { redisPrograms, startRedis } from '../../../peers/start-redis.ts';
import { type CeleryStubWorker, startCeleryStub } from '../../../support/celery-stub.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openReal } from '../../../support/real-control.ts';
import { sharedPeer } from '../../../support/shared-peer.ts';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;
const env = { CONTROL_READ: 'ops:read-credential-0001', CONTROL_WRITE: 'ops:write-credential-0002' };
const task = 'tasks.answer';
const planned = async (looking: ControlDriver, want: Desired) => {
  const change = looking.plan(want, await looking.read(want.action, never));
  if (change === null) throw new Error('nothing to change');
  return change;
};
const startBroker = async () => {
  const started = await startRedis();
  const everything = ['~*', '&*', '+@all'];
  await started.admin.call('ACL', 'SETUSER', 'ops', 'on', '>read-credential-0001', '>write-credential-0002', ...everything);
  return started;
};

describeWithPeer('real Celery workers', { programs: celeryPrograms }, () => {
  const fleet = sharedPeer(async () => {
    const broker = await startBroker();
    await broker.admin.select(3);
    const url = `${broker.url}/3`;
    const workers = await Promise.all([startCeleryWorker(url, 'agents', 'agents'), startCeleryWorker(url, 'letters', 'letters')]);
    const stop = async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await broker.stop();
    };
    return { admin: broker.admin, url, stop };
  });
  beforeAll(fleet);

  const work = async (control: Readonly<Record<string, unknown>> = {}) => {
    const { admin, url } = await fleet();
    const list = (name: 'begun' | 'ended') => admin.lrange(name, 0, -1);
    const send = async (queue = 'agents', waits = true) => {
      const name = randomUUID();
      await admin.lpush(queue, celeryTask(name, queue, [name, waits]));
      return name;
    };
    const begins = (name: string) => until(`${name} begins`, async () => (await list('begun')).includes(name));
    const finish = async (name: string) => {
      await admin.rpush(`go:${name}`, 'go');
      await until(`${name} ends`, async () => (await list('ended')).includes(name));
    };
    const parts = { connections: connection('broker', url), env, world: { clock: systemClock } };
    const drivers = await openReal('celery', { connection: 'broker', queue: 'agents', task, ...control }, parts);
    const seen = (change: Awaited<ReturnType<typeof planned>>) =>
      until('it is seen', async () => (await drivers.looking.confirm(change, never)) === 'seen');
    return { ...drivers, admin, list, send, begins, finish, seen };
  };

  it('take no more from the queue, end what they are at, and only those that did take from it again', async () => {
    const { looking, acting, list, send, begins, finish, seen, admin } = await work();
    const first = await send();
    await begins(first);
    const change = await planned(looking, { action: 'queue', params: { mode: 'pause' } });
    expect(change.from).toEqual({ paused: false, workers: ['agents@test'] });
    expect(await acting.apply(change, 'k', never)).toMatchObject({ result: 'applied' });
    await seen(change);
    expect((await looking.read('disable', never)).keepsRunning).toBe('1 task in flight, 0 more taken from the queue already');

    const held = await send();
    const letter = await send('letters', false);
    await begins(letter);
    await finish(first);
    expect([await admin.llen('agents'), (await list('begun')).includes(held)]).toEqual([1, false]);

    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'applied' });
    await begins(held);
    await finish(held);
    await until(
      'it is as before',
      async () => JSON.stringify((await looking.read('queue', never)).touched) === JSON.stringify(change.from),
    );
  });

  it('end the tasks that a kill finds, and no other', async () => {
    const { looking, acting, list, send, begins, finish, seen } = await work({ task: undefined });
    const [doomed, spared] = [await send(), await send('letters')];
    await begins(doomed);
    await begins(spared);
    const change = await planned(looking, { action: 'kill', params: {} });
    expect(change.lasting).not.toBeNull();
    expect(await acting.apply(change, 'k', never)).toMatchObject({ result: 'applied' });
    await seen(change);
    await finish(spared);
    expect(await list('ended')).not.toContain(doomed);
    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'rejected' });
    // The process that was ended has a successor.
    const next = await send();
    await begins(next);
    await finish(next);
  });

  it('begin tasks no faster than a throttle lets them', async () => {
    const { looking, acting, list, send, seen } = await work({ workers: 'agents@*' });
    const change = await planned(looking, { action: 'throttle', params: { requests_per_minute: 30 } });
    expect(change.to).toEqual({ rate_limit: '30/m' });
    expect(await acting.apply(change, 'k', never)).toMatchObject({ result: 'applied' });
    await seen(change);
    const sent: string[] = [await send('agents', false), await send('agents', false)];
    const begins = (count: number) =>
      until(`${count} begin`, async () => (await list('begun')).filter((name) => sent.includes(name)).length === count);
    await begins(1);
    const first = performance.now();
    await begins(2);
    // One in two seconds, less what it takes to see it.
    expect(performance.now() - first).toBeGreaterThan(1000);
    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'applied' });
    expect((await looking.read('throttle', never)).touched).toMatchObject({ rate_limit: null });

    const tight = await planned(looking, { action: 'throttle', params: { requests_per_minute: 1 } });
    await acting.apply(tight, 'k', never);
    await seen(tight);
    expect(await acting.undo(tight, 'k', never)).toMatchObject({ result: 'applied' });
    sent.push(await send('agents', false), await send('agents', false), await send('agents', false));
    await begins(5);
  });
});

describeWithPeer('Celery workers behind a real broker', { programs: redisPrograms }, () => {
  const redis = sharedPeer(startBroker);
  const worker = (parts: Partial<CeleryStubWorker> = {}): CeleryStubWorker => ({
    queues: ['agents'],
    limits: {},
    active: new Map(),
    ...parts,
  });
  const open = async (workers: Readonly<Record<string, CeleryStubWorker>>) => {
    const { admin, url } = await redis();
    const exchange = randomUUID();
    const stub = await startCeleryStub(admin, exchange, workers);
    onTestFinished(() => stub.stop());
    const control = { connection: 'broker', queue: 'agents', wait: '1s', control_exchange: exchange };
    const parts = { connections: connection('broker', url), env, world: { clock: systemClock } };
    return { admin, stub, ...(await openReal('celery', control, parts)) };
  };
  const pause = { action: 'disable', params: {} } as const;

  it('that do not answer are told all the same, and not taken to have done it', async () => {
    const mute = worker({ isMute: true });
    const { looking, acting } = await open({ one: worker(), mute });
    const change = await planned(looking, pause);
    expect(await acting.apply(change, 'k', never)).toMatchObject({
      result: 'applied',
      evidence: expect.stringContaining('1 of 2 workers did it'),
    });
    expect(mute.queues).toEqual([]);
    expect(await looking.confirm(change, never)).toBe('not-yet');
  });

  it('of which none answers are not seen', async () => {
    const { looking } = await open({ mute: worker({ isMute: true }) });
    await expect(looking.read('disable', never)).rejects.toMatchObject({ kind: 'unable', code: 'workers_silent' });
  });

  it('that began anew meanwhile take from the queue already: nothing is left to put back', async () => {
    const workers = { one: worker() };
    const { looking, acting, stub } = await open(workers);
    const change = await planned(looking, pause);
    await acting.apply(change, 'k', never);
    await stub.stop();
    const { admin } = await redis();
    const exchange = randomUUID();
    const next = await startCeleryStub(admin, exchange, { another: worker() });
    onTestFinished(() => next.stop());
    const control = { connection: 'broker', queue: 'agents', wait: '1s', control_exchange: exchange };
    const { url } = await redis();
    const again = await openReal('celery', control, { connections: connection('broker', url), env, world: { clock: systemClock } });
    expect(await again.acting.undo(change, 'k', never)).toMatchObject({ result: 'already' });
    expect(next.done).toEqual([]);
  });

  it('get back the limit that each of them had', async () => {
    const [one, two] = [worker({ limits: { [task]: '5/s' } }), worker({ limits: { [task]: null } })];
    const { admin, url } = await redis();
    const exchange = randomUUID();
    const stub = await startCeleryStub(admin, exchange, { one, two });
    onTestFinished(() => stub.stop());
    const control = { connection: 'broker', queue: 'agents', task, wait: '1s', control_exchange: exchange };
    const { looking, acting } = await openReal('celery', control, {
      connections: connection('broker', url),
      env,
      world: { clock: systemClock },
    });
    const change = await planned(looking, { action: 'throttle', params: { requests_per_minute: 10 } });
    await acting.apply(change, 'k', never);
    expect([one.limits[task], two.limits[task]]).toEqual(['5/m', '5/m']);
    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'applied' });
    expect([one.limits[task], two.limits[task]]).toEqual(['5/s', null]);
  });

  it('leave nothing on the broker of what was asked', async () => {
    const { looking, acting, admin } = await open({ one: worker() });
    await acting.apply(await planned(looking, pause), 'k', never);
    expect(await admin.keys('*pidbox*')).toEqual([]);
  });
});

describe('Celery workers on RabbitMQ', () => {
  it('are said to be out of reach', async () => {
    const control = { connection: 'broker', queue: 'agents' };
    const { looking } = await openReal('celery', control, { connections: connection('broker', 'http://127.0.0.1:1'), env });
    await expect(looking.read('disable', never)).rejects.toMatchObject({ kind: 'usage', code: 'broker_unsupported' });
  });
});
