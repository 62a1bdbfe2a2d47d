import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteJournal } from '../../../src/ground/store/sqlite.ts';
import { openSqliteCache } from '../../../src/ground/store/sqlite-cache.ts';
import { readWatchedQueues } from '../../../src/oversight/alerts/read-watched-queues.ts';
import { rulesOf } from '../../../src/oversight/alerts/rules.ts';
import { channels } from '../../../src/oversight/notify/registry.ts';
import { runTick } from '../../../src/response/tick/run-tick.ts';
import { backends } from '../../../src/telemetry/traces/registry.ts';
import { redisPrograms, startRedis } from '../../peers/start-redis.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { closedPort } from '../../support/http-peer.ts';
import { load } from '../../support/load-manifest.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openWorld } from '../../support/world.ts';

const manifest = (port: number) => `
version: 1
fleet: acme
alerts:
  - { rule: waiting, type: queue_depth, limit: 3, for: 0s }
agents:
  worker: { queue: { kind: redis-stream, url: "redis://127.0.0.1:${port}/0", stream: jobs, group: workers } }
  other: { queue: { kind: redis-stream, url: "redis://127.0.0.1:${port}/0", stream: others, group: workers } }
  idle: {}
`;

const stage = async (port: number) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'agentops.yaml'), manifest(port));
  const world = openWorld();
  const journal = await openSqliteJournal(join(folder, 'journal.db'), () => Date.now());
  const cache = await openSqliteCache(join(folder, 'cache.db'));
  onTestFinished(async () => {
    cache.close();
    await journal.close();
    await world.http.close();
  });
  const { fleet } = await load(folder);
  const ctx = { ...fakeContext(), ...world, journal: async () => journal, cache: async () => cache };
  const unasked = async () => ({ verdict: 'inconclusive', evidence: '' }) as const;
  const aids = { checks: async () => 0, verifiers: { check: unasked, eval: unasked }, backends, channels };
  return {
    read: () => readWatchedQueues(ctx, rulesOf(fleet), fleet.agents),
    tick: async () => (await runTick(ctx, fleet, { duties: ['alerts'], waits: false }, aids, () => undefined)).tick,
  };
};

test('a queue that cannot be reached is told of, and is not empty', async () => {
  const { read } = await stage(await closedPort());
  const { queues, problems } = await read();
  expect(queues.size).toBe(0);
  expect(problems).toEqual([
    expect.stringContaining('the queue of worker cannot be read'),
    'the queue of other cannot be read: its server does not answer',
  ]);
}, 30_000);

describeWithPeer('queues of a real Redis', { programs: redisPrograms }, () => {
  test('what waits and what is not acknowledged makes a rule fire in the next tick', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const { read, tick } = await stage(redis.port);
    await redis.admin.xgroup('CREATE', 'others', 'workers', '$', 'MKSTREAM');
    expect((await read()).problems).toEqual(['the queue of worker cannot be read: there is no group workers of a stream jobs']);
    await redis.admin.xgroup('CREATE', 'jobs', 'workers', '$', 'MKSTREAM');
    for (let job = 0; job < 5; job += 1) await redis.admin.xadd('jobs', '*', 'job', String(job));
    await redis.admin.xreadgroup('GROUP', 'workers', 'one', 'COUNT', 2, 'STREAMS', 'jobs', '>');
    const queues = new Map([
      ['worker', { depth: 5, workers: 1 }],
      ['other', { depth: 0, workers: null }],
    ]);
    expect(await read()).toEqual({ queues, problems: [] });
    expect((await tick()).firing.map(({ rule, agent }) => [rule, agent])).toEqual([['waiting', 'worker']]);
  }, 60_000);
});
