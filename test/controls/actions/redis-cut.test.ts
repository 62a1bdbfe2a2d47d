import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { connection } from '../../contract/control-suite.ts';
import { redisPrograms, startRedis } from '../../peers/start-redis.ts';
import { startCeleryStub } from '../../support/celery-stub.ts';
import { openCuttingProxy } from '../../support/cutting-proxy.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { openReal } from '../../support/real-control.ts';
import { sharedPeer } from '../../support/shared-peer.ts';

const never = new AbortController().signal;
const env = { CONTROL_READ: 'ops:read-credential-0001', CONTROL_WRITE: 'ops:write-credential-0002' };
const pause = { action: 'disable', params: {} } as const;

describeWithPeer('a connection to a real Redis that breaks once something was sent', { programs: redisPrograms }, () => {
  const redis = sharedPeer(async () => {
    const started = await startRedis();
    const everything = ['~*', '&*', '+@all'];
    await started.admin.call('ACL', 'SETUSER', 'ops', 'on', '>read-credential-0001', '>write-credential-0002', ...everything);
    return started;
  });

  /** Each sets the stage for a control, and names the bytes that are its act. */
  const cases = {
    'redis-stream': async () => {
      const stream = randomUUID();
      await (await redis()).admin.xgroup('CREATE', stream, 'workers', '$', 'MKSTREAM');
      return { control: { stream, group: 'workers' }, act: '\r\nexec\r\n' };
    },
    bullmq: async () => {
      const queue = randomUUID();
      await (await redis()).admin.hset(`bull:${queue}:meta`, { version: 'bullmq:6.7.0' });
      return { control: { queue }, act: '\r\neval' };
    },
    celery: async () => {
      const exchange = randomUUID();
      const worker = { queues: ['agents'], limits: {}, active: new Map() };
      const stub = await startCeleryStub((await redis()).admin, exchange, { worker });
      onTestFinished(() => stub.stop());
      const act = Buffer.from('{"method":"cancel_consumer"').toString('base64').slice(0, -4);
      return { control: { queue: 'agents', control_exchange: exchange }, act };
    },
  };

  it.each(Object.entries(cases))('leaves %s open whether it acted, and the next attempt finds that it did', async (kind, stage) => {
    const { url, port } = await redis();
    const { control, act } = await stage();
    const cut = await openCuttingProxy(port, (sent) => sent.includes(act));
    const broken = await openReal(
      kind,
      { connection: 'broker', ...control },
      { connections: connection('broker', `redis://127.0.0.1:${cut}`), env },
    );
    const change = broken.looking.plan(pause, await broken.looking.read('disable', never));
    if (change === null) throw new Error('nothing to change');
    expect(await broken.acting.apply(change, 'k', never)).toMatchObject({ result: 'unsure', retry: true });

    const whole = await openReal(kind, { connection: 'broker', ...control }, { connections: connection('broker', url), env });
    expect(await whole.looking.confirm(change, never)).toBe('seen');
    expect(await whole.acting.apply(change, 'k', never)).toMatchObject({ result: 'already' });
  });

  it.each(Object.entries(cases))('does not take %s for changed where it cannot be reached', async (kind, stage) => {
    const { url } = await redis();
    const { control } = await stage();
    const whole = await openReal(kind, { connection: 'broker', ...control }, { connections: connection('broker', url), env });
    const change = whole.looking.plan(pause, await whole.looking.read('disable', never));
    if (change === null) throw new Error('nothing to change');
    const away = await openReal(
      kind,
      { connection: 'broker', ...control },
      { connections: connection('broker', 'redis://127.0.0.1:1'), env },
    );
    expect(await away.acting.apply(change, 'k', never)).toMatchObject({ result: 'rejected', retry: true });
    await expect(away.looking.read('disable', never)).rejects.toMatchObject({ kind: 'unable' });
  });
});
