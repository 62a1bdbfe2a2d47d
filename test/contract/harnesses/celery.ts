import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { redisPrograms, startRedis } from '../../peers/start-redis.ts';
import { type CeleryStubWorker, startCeleryStub } from '../../support/celery-stub.ts';
import { isPeerThere } from '../../support/peer-or-skip.ts';
import { sharedPeer } from '../../support/shared-peer.ts';
import { type ControlHarness, type ControlPeer, connection } from '../control-suite.ts';

const redis = sharedPeer(async () => {
  const started = await startRedis();
  const everything = ['~*', '&*', '+@all'];
  await started.admin.call('ACL', 'SETUSER', 'ops', 'on', '>read-credential-0001', '>write-credential-0002', ...everything);
  return started;
});
const env = { CONTROL_READ: 'ops:read-credential-0001', CONTROL_WRITE: 'ops:write-credential-0002' };
const task = 'tasks.answer';

const open =
  (parts: { readonly isPaused?: boolean; readonly isKill?: boolean } = {}) =>
  async (queue = 'agents'): Promise<ControlPeer> => {
    const { admin, url } = await redis();
    const taking = parts.isPaused ? [] : [queue];
    const workers: Record<string, CeleryStubWorker> = {
      'celery@one': { queues: [...taking], limits: { [task]: null, other: null }, active: new Map([['t1', [task, queue]]]) },
      'celery@two': { queues: ['letters', ...taking], limits: { [task]: '100/h' }, active: new Map([['t2', ['other', 'letters']]]) },
      'celery@letters': { queues: parts.isPaused ? [] : ['letters'], limits: {}, active: new Map([['t3', ['other', 'letters']]]) },
    };
    const exchange = `app-${randomUUID()}`;
    const stub = await startCeleryStub(admin, exchange, workers);
    onTestFinished(() => stub.stop());
    return {
      control: { connection: 'broker', queue, control_exchange: exchange, wait: '2s', ...(parts.isKill ? {} : { task, action: 'pause' }) },
      connections: connection('broker', url),
      env,
      look: () =>
        Object.values(workers).map(({ queues, limits, active }) => ({
          queues: [...queues].sort(),
          limits: { ...limits },
          ids: [...active.keys()],
        })),
      async meddle() {
        // That none takes from a queue is a yes or a no: what somebody else can make of it is no workers at all.
        if (parts.isPaused) return stub.stop();
        workers['celery@one']?.queues.pop();
        Object.assign(workers['celery@one']?.limits ?? {}, { [task]: '7/s' });
      },
      effects: () => stub.done,
      writes: () => null,
      remove: () => stub.stop(),
    };
  };

/** Stub workers behind a real Redis; test/controls/actions/drivers/celery.test.ts has real ones. */
export default {
  isThere: () => isPeerThere('celery over a real broker', { programs: redisPrograms }),
  variants: [
    {
      name: 'workers that take from the queue',
      wishes: [
        { action: 'disable', params: {} },
        { action: 'kill', params: {} },
        { action: 'queue', params: { mode: 'pause' } },
        { action: 'throttle', params: { requests_per_minute: 10 } },
      ],
      senseless: [
        { action: 'throttle', params: { requests_per_minute: 0 } },
        { action: 'throttle', params: { budget_usd: 1 } },
        { action: 'queue', params: { mode: 'purge' } },
      ],
      open: () => open()(),
      openNamed: open(),
    },
    { name: 'workers that do not', wishes: [{ action: 'enable', params: {} }], open: () => open({ isPaused: true })() },
    { name: 'tasks that run', wishes: [{ action: 'kill', params: {} }], open: () => open({ isKill: true })() },
  ],
} satisfies ControlHarness;
