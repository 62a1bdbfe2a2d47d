import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { readChain } from '../../../src/ground/audit/audit.journal.ts';
import { verifyChain } from '../../../src/ground/audit/verify-chain.ts';
import type { Json } from '../../../src/ground/json.ts';
import type { Clock } from '../../../src/ground/runtime/context.ts';
import { openSqliteJournal } from '../../../src/ground/store/sqlite.ts';
import { openSqliteCache } from '../../../src/ground/store/sqlite-cache.ts';
import { channels } from '../../../src/oversight/notify/registry.ts';
import { collectScale } from '../../../src/response/scale/collect-scale.ts';
import { runTick } from '../../../src/response/tick/run-tick.ts';
import { backends } from '../../../src/telemetry/traces/registry.ts';
import { celeryPrograms, celeryTask } from '../../peers/start-celery.ts';
import { rabbitPrograms, startRabbitMq } from '../../peers/start-rabbitmq.ts';
import { redisPrograms, startRedis } from '../../peers/start-redis.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { load } from '../../support/load-manifest.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { sharedPeer } from '../../support/shared-peer.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { until } from '../../support/until.ts';
import { openWorld } from '../../support/world.ts';

const support = resolve(import.meta.dirname, '../../support');
const pool = join(support, 'worker-pool.mjs');
const minute = 60_000;

interface Staged {
  /** As it stands in the manifest. */
  readonly queue: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What one worker is; NUMBER tells them apart. */
  readonly worker: { readonly argv: readonly string[]; readonly cwd: string; readonly env?: Readonly<Record<string, string>> };
}

/** An agent whose workers follow its queue in ticks of a minute that take no time. */
const stage = async ({ queue, env = {}, worker }: Staged) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'worker.json'), JSON.stringify(worker));
  const run = (...argv: readonly string[]) => JSON.stringify([process.execPath, pool, folder, ...argv]);
  writeFileSync(
    join(folder, 'agentops.yaml'),
    `
version: 1
fleet: acme
agents:
  support:
    queue: ${queue}
    scale: { auto: true, for: 3m, cool_down: 1m, max: 4 }
    controls:
      scale: { via: exec, argv: ${run('set', '{{ replicas }}')}, read: { argv: ${run('count')}, values: { replicas: $.replicas } }, undo: ${run('set', '{{ replicas }}')}, idempotent: true }
`,
  );
  const setWorkers = (count: number) => spawnSync(process.execPath, [pool, folder, 'set', String(count)]);
  const countWorkers = () =>
    JSON.parse(spawnSync(process.execPath, [pool, folder, 'count'], { encoding: 'utf8' }).stdout).replicas as number;
  onTestFinished(() => {
    const store = join(folder, 'workers.json');
    const pids = existsSync(store) ? (JSON.parse(readFileSync(store, 'utf8')).pids as readonly number[]) : [];
    for (const pid of pids)
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
  });
  let ahead = 0;
  const world = openWorld(env);
  const clock: Clock = {
    now: () => Date.now() + ahead,
    monotonic: () => world.clock.monotonic() + ahead,
    sleep: world.clock.sleep,
  };
  const journal = await openSqliteJournal(join(folder, 'journal.db'), clock.now);
  const cache = await openSqliteCache(join(folder, 'cache.db'));
  onTestFinished(async () => {
    cache.close();
    await journal.close();
    await world.http.close();
  });
  const { fleet } = await load(folder, { env });
  const ctx = { ...fakeContext(), ...world, clock, env, journal: async () => journal, cache: async () => cache };
  const unasked = async () => ({ verdict: 'inconclusive', evidence: '' }) as const;
  const aids = { checks: async () => 0, verifiers: { check: unasked, eval: unasked }, backends, channels };
  return {
    journal,
    setWorkers,
    countWorkers,
    async view() {
      const [view] = (await collectScale(ctx, fleet, { agents: fleet.agents, looksTwice: false, controls: 'all' }, () => undefined)).views;
      if (view === undefined) throw new Error('the queue was not looked at');
      return view;
    },
    /** A minute later. */
    async tick() {
      ahead += minute;
      const { tick } = await runTick(ctx, fleet, { duties: ['queues', 'scale'], waits: false }, aids, () => undefined);
      expect(tick.problems).toEqual([]);
      return tick.runs;
    },
  };
};

/** Fills a queue that has one worker, lets ticks scale it, and drains it. @param fill puts so many jobs in @param open lets jobs end */
const followed = async (staged: Staged, { fill, open }: { fill(count: number): Promise<void>; open(): Promise<unknown> }) => {
  const { tick, view, setWorkers, countWorkers, journal } = await stage(staged);
  setWorkers(1);
  await fill(14);
  await until('the worker is at it', async () => ((await view()).facts.inFlight ?? 0) > 0, 60_000);

  // One look decides nothing: where the waiting above looked once only, the first tick holds.
  const first = await tick();
  const runs = first.length > 0 ? first : await tick();
  expect(runs).toEqual([
    expect.objectContaining({ agent: 'support', runbook: 'scale', status: 'done', why: expect.stringContaining('for each worker') }),
  ]);
  expect(countWorkers()).toBe(3);
  expect((await view()).decision).toMatchObject({ move: 'hold', cause: 'cool_down' });
  await until('the queue sees them', async () => (await view()).facts.workers === 3, 60_000);

  await open();
  await until('it is drained', async () => (await view()).facts.depth === 0, 60_000);
  const ended: number[] = [];
  for (let minutes = 0; minutes < 16 && countWorkers() > 1; minutes += 1) {
    const [run] = await tick();
    if (run !== undefined) ended.push(minutes);
  }
  // A step after a long quiet, and the next after another.
  expect(ended).toHaveLength(2);
  expect((ended[1] ?? 0) - (ended[0] ?? 0)).toBeGreaterThanOrEqual(3);
  await until('the last worker is left', () => countWorkers() === 1, 30_000);
  expect(await tick()).toEqual([]);
  expect((await verifyChain(readChain(journal), null)).broken).toBeNull();
};

describeWithPeer('workers of a real queue follow it', { programs: [...redisPrograms, ...celeryPrograms, ...rabbitPrograms] }, () => {
  const redis = sharedPeer(startRedis);
  const database = async (number: number) => {
    const { url } = await redis();
    const admin = new Redis(`${url}/${number}`);
    onTestFinished(() => admin.disconnect());
    return { admin, url: `${url}/${number}` };
  };
  const celery = (broker: string, notes: string, queue: string) => ({
    argv: [
      '/usr/bin/python3',
      '-m',
      'celery',
      '-A',
      'tasks',
      'worker',
      '-n',
      'NUMBER@test',
      '-Q',
      queue,
      '-c',
      '1',
      '--without-mingle',
      '--without-gossip',
    ],
    cwd: resolve(import.meta.dirname, '../../peers/celery'),
    env: { BROKER: broker, NOTES: notes, PYTHONDONTWRITEBYTECODE: '1' },
  });

  it('a Redis stream', async () => {
    const { admin, url } = await database(1);
    await admin.xgroup('CREATE', 'jobs', 'workers', '$', 'MKSTREAM');
    await followed(
      {
        queue: `{ kind: redis-stream, url: "${url}", stream: jobs, group: workers }`,
        worker: { argv: [process.execPath, join(support, 'stream-worker.mjs'), url, 'jobs', 'NUMBER'], cwd: support },
      },
      {
        async fill(count) {
          for (let job = 0; job < count; job += 1) await admin.xadd('jobs', '*', 'job', String(job));
        },
        open: () => admin.set('open', '1'),
      },
    );
  }, 120_000);

  it('a queue of BullMQ', async () => {
    const { admin, url } = await database(2);
    const queue = new Queue('jobs', { connection: new Redis(url, { maxRetriesPerRequest: null }) });
    onTestFinished(() => queue.close());
    await queue.waitUntilReady();
    await followed(
      {
        queue: `{ kind: bullmq, url: "${url}", queue: jobs }`,
        worker: { argv: [process.execPath, join(support, 'bull-worker.mjs'), url, 'jobs'], cwd: support },
      },
      {
        async fill(count) {
          await queue.addBulk(Array.from({ length: count }, (_, job) => ({ name: String(job), data: {} })));
        },
        open: () => admin.set('open', '1'),
      },
    );
  }, 120_000);

  it('a list of Celery tasks in Redis', async () => {
    const { admin, url } = await database(3);
    const names = Array.from({ length: 14 }, () => randomUUID());
    await followed(
      { queue: `{ kind: celery, url: "${url}", queue: jobs }`, worker: celery(url, url, 'jobs') },
      {
        async fill() {
          for (const name of names) await admin.lpush('jobs', celeryTask(name, 'jobs', [name, true]));
        },
        open: () => Promise.all(names.map((name) => admin.rpush(`go:${name}`, 'go'))),
      },
    );
  }, 180_000);

  it('a queue of RabbitMQ', async () => {
    const [rabbit, notes] = [await startRabbitMq(), await database(4)];
    onTestFinished(() => rabbit.stop());
    const names = Array.from({ length: 14 }, () => randomUUID());
    const ask = async (method: string, path: string, sent: Json) => {
      const headers = { authorization: `Basic ${btoa('guest:guest')}`, 'content-type': 'application/json' };
      const answer = await fetch(`${rabbit.url}/api/${path}`, { method, headers, body: JSON.stringify(sent) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    };
    await ask('PUT', 'queues/%2F/jobs', { durable: true });
    await followed(
      {
        queue: `{ kind: rabbitmq, url: "${rabbit.url}", credential: "\${BROKER}", queue: jobs }`,
        env: { BROKER: 'guest:guest' },
        worker: celery(rabbit.amqpUrl, notes.url, 'jobs'),
      },
      {
        async fill() {
          for (const id of names) {
            const properties = {
              headers: { lang: 'py', task: 'tasks.answer', id, root_id: id },
              content_type: 'application/json',
              content_encoding: 'utf-8',
            };
            const payload = JSON.stringify([[id, true], {}, {}]);
            await ask('POST', 'exchanges/%2F/amq.default/publish', {
              properties,
              routing_key: 'jobs',
              payload,
              payload_encoding: 'string',
            });
          }
        },
        open: () => Promise.all(names.map((name) => notes.admin.rpush(`go:${name}`, 'go'))),
      },
    );
  }, 180_000);
});
