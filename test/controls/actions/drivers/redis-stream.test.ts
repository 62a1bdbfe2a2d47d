import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import type { ControlDriver, Desired } from '../../../../src/controls/actions/port.ts';
import { systemClock } from '../../../../src/ground/runtime/clock.ts';
import { connection } from '../../../contract/control-suite.ts';
import { redisPrograms, startRedis } from '../../../peers/start-redis.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openReal } from '../../../support/real-control.ts';
import { sharedPeer } from '../../../support/shared-peer.ts';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;
const group = 'workers';
const env = { CONTROL_READ: 'ops:read-credential-0001', CONTROL_WRITE: 'ops:write-credential-0002' };

describeWithPeer('workers of a real Redis stream', { programs: redisPrograms }, () => {
  const redis = sharedPeer(async () => {
    const started = await startRedis();
    await started.admin.call('ACL', 'SETUSER', 'ops', 'on', '>read-credential-0001', '>write-credential-0002', '~*', '+@all');
    return started;
  });

  /** A worker that blocks for entries as workers do. @param heeds whether it looks for the flag first */
  const work = async (heeds: boolean, user?: string) => {
    const { admin, url } = await redis();
    const stream = `tasks-${randomUUID()}`;
    await admin.xgroup('CREATE', stream, group, '$', 'MKSTREAM');
    const link = new Redis(url, user === undefined ? {} : { username: user, password: 'worker' });
    const seen = { done: [] as string[], rounds: 0, refused: 0 };
    let isOver = false;
    const loop = async () => {
      while (!isOver) {
        seen.rounds += 1;
        if (heeds && (await link.exists(`agentops:paused:${stream}`)) === 1) continue;
        const taken = (await link.xreadgroup('GROUP', group, 'w1', 'COUNT', 1, 'BLOCK', 20, 'STREAMS', stream, '>').catch(() => {
          seen.refused += 1;
          return null;
        })) as [string, [string, string[]][]][] | null;
        for (const [id, fields] of taken?.[0]?.[1] ?? []) {
          seen.done.push(fields[1] ?? '');
          await link.xack(stream, group, id);
        }
      }
      link.disconnect();
    };
    const ended = loop();
    onTestFinished(async () => {
      isOver = true;
      await ended;
    });
    const rounds = async (more: number) => {
      const goal = seen.rounds + more;
      await until(`the worker goes round ${more} times`, () => seen.rounds >= goal);
    };
    const control = { connection: 'broker', stream, group, ...(user === undefined ? {} : { user }) };
    const drivers = await openReal('redis-stream', control, { connections: connection('broker', url), env, world: { clock: systemClock } });
    return { ...drivers, admin, stream, seen, rounds, add: (task: string) => admin.xadd(stream, '*', 'task', task) };
  };
  const planned = async (looking: ControlDriver, want: Desired) => {
    const change = looking.plan(want, await looking.read(want.action, never));
    if (change === null) throw new Error('nothing to change');
    return change;
  };

  it('are stopped by the flag, and go on when it is taken away', async () => {
    const { looking, acting, seen, rounds, add } = await work(true);
    await add('first');
    await until('the first task is done', () => seen.done.length === 1);

    const pause = await planned(looking, { action: 'queue', params: { mode: 'pause' } });
    await acting.apply(pause, 'k', never);
    await rounds(2);
    expect(await looking.confirm(pause, never)).toBe('seen');
    await add('second');
    await rounds(5);
    expect(seen.done).toEqual(['first']);

    const resume = await planned(looking, { action: 'queue', params: { mode: 'resume' } });
    await acting.apply(resume, 'k', never);
    await until('the second task is done', () => seen.done.length === 2);
  });

  it('go on by themselves when the time of the flag is over', async () => {
    const { looking, acting, seen, rounds, add, admin, stream } = await work(true);
    const change = await planned(looking, { action: 'disable', params: {}, ttlMs: 300 });
    await acting.apply(change, 'k', never);
    expect(await admin.pttl(`agentops:paused:${stream}`)).toBeGreaterThan(0);
    await rounds(2);
    await add('held');
    expect(seen.done).toEqual([]);
    await until('the flag is gone and the task done', () => seen.done.length === 1);
    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'already' });
  });

  it('that heed no flag are seen to go on', async () => {
    const { looking, acting, add, seen } = await work(false);
    const change = await planned(looking, { action: 'disable', params: {} });
    await acting.apply(change, 'k', never);
    const confirmed = looking.confirm(change, never);
    let isOver = false;
    void confirmed.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const done = seen.done.length;
      await add('more');
      await until('it is done all the same', () => isOver || seen.done.length > done);
    }
    expect(await confirmed).toBe('not-yet');
  });

  it('that heed no flag lose the right to take entries, and get it back', async () => {
    const user = `worker-${randomUUID()}`;
    const { admin } = await redis();
    await admin.call('ACL', 'SETUSER', user, 'on', '>worker', '~*', '+@all');
    const { looking, acting, add, seen } = await work(false, user);
    await add('first');
    await until('the first task is done', () => seen.done.length === 1);

    const change = await planned(looking, { action: 'kill', params: {} });
    await acting.apply(change, 'k', never);
    await until('the worker is refused', () => seen.refused > 0);
    await add('second');
    const refused = seen.refused;
    await until('the worker is refused again', () => seen.refused > refused + 3);
    expect(seen.done).toEqual(['first']);
    expect(await looking.confirm(change, never)).toBe('seen');

    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'applied' });
    await until('the second task is done', () => seen.done.length === 2);
  });

  it('are told to go on with what they took already', async () => {
    const { looking, admin, stream, rounds } = await work(true);
    await admin.set(`agentops:paused:${stream}`, 'by hand');
    await rounds(2);
    await admin.xadd(stream, '*', 'task', 'slow');
    await admin.xreadgroup('GROUP', group, 'other', 'COUNT', 1, 'STREAMS', stream, '>');
    expect((await looking.read('disable', never)).keepsRunning).toBe('1 entry was taken already and is worked on');
  });
});
