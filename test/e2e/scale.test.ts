import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { documentSchemas } from '../../src/views/schemas.ts';
import { redisPrograms, startRedis } from '../peers/start-redis.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { runCli, scratch } from '../support/run-cli.ts';
import { sharedPeer } from '../support/shared-peer.ts';

const set = '[/bin/sh, -c, \'echo {\\"replicas\\":$1} > replicas.json\', sh, "{{ replicas }}"]';

describeWithPeer('agentops scale', { programs: redisPrograms }, () => {
  const redis = sharedPeer(startRedis);
  let used = 0;

  /** Agents that differ in what they say of their workers; a group of two consumers with one entry and as many more as are added. */
  const stage = async (waiting: number) => {
    used += 1;
    const url = `${(await redis()).url}/${used}`;
    const admin = new Redis(url);
    onTestFinished(() => admin.disconnect());
    await admin.xgroup('CREATE', 'jobs', 'workers', '$', 'MKSTREAM');
    for (const worker of ['one', 'two']) await admin.xgroup('CREATECONSUMER', 'jobs', 'workers', worker);
    for (let job = 0; job < waiting; job += 1) await admin.xadd('jobs', '*', 'job', String(job));
    const queue = `queue: { kind: redis-stream, url: "${url}", stream: jobs, group: workers }`;
    const control = `controls: { scale: { via: exec, argv: ${set}, undo: ${set}, idempotent: true, read: { argv: [cat, replicas.json], values: { replicas: $.replicas } } } }`;
    const folder = scratch({
      'replicas.json': '{"replicas":2}',
      'agentops.yaml': `version: 1
fleet: acme
agents:
  support: { ${queue}, ${control}, scale: { max: 20 } }
  boundless: { ${queue}, ${control} }
  bare: { ${queue}, scale: { max: 20 } }
  blind: { queue: { kind: redis-stream, url: "${url}", stream: none, group: workers }, scale: { max: 20 } }
  idle: {}
`,
    });
    onTestFinished(() => folder[Symbol.dispose]());
    return {
      run: (...args: readonly string[]) =>
        runCli(['scale', ...args], { cwd: folder.path, env: { LANG: 'C.UTF-8', AGENTOPS_ACTOR: 'maria' } }),
      history: () => runCli(['audit', 'log', '--json'], { cwd: folder.path }),
      replicas: () => JSON.parse(readFileSync(join(folder.path, 'replicas.json'), 'utf8')).replicas,
    };
  };

  it('shows, plans, and gives an agent as many workers as its queue needs, once', async () => {
    const { run, replicas, history } = await stage(42);
    const shown = await run('show', '--json');
    expect(shown.status).toBe(0);
    expect(documentSchemas['scale show'].safeParse(JSON.parse(shown.stdout)).error).toBeUndefined();
    const planned = await run('plan', 'support', '--json');
    expect([planned.status, planned.stderr]).toEqual([0, expect.stringContaining('looking again')]);
    const document = JSON.parse(planned.stdout);
    expect(documentSchemas['scale plan'].safeParse(document).error).toBeUndefined();
    expect(document.agents).toMatchObject([{ agent: 'support', workers: 2, desired_workers: 9, cause: 'deep', plan: { runnable: true } }]);
    expect(replicas()).toBe(2);

    const unasked = await run('apply', 'support', '--json');
    expect([unasked.status, JSON.parse(unasked.stderr.slice(unasked.stderr.indexOf('{'))).error.code]).toEqual([4, 'confirmation_needed']);
    const applied = await run('apply', 'support', '--yes', '--json');
    expect(applied.status).toBe(0);
    expect(documentSchemas['scale apply'].safeParse(JSON.parse(applied.stdout)).error).toBeUndefined();
    expect(replicas()).toBe(9);
    const again = await run('apply', 'support', '--yes');
    expect([again.status, again.stdout]).toEqual([0, expect.stringContaining('stays at 9')]);
    expect((await history()).stdout).toContain('"runbook": "scale"');
  }, 60_000);

  it('says in its exit codes what keeps it from anything', async () => {
    const { run } = await stage(42);
    await run('plan');
    expect(await run('plan')).toMatchObject({ status: 3 });
    expect(await run('apply', 'boundless', '--yes')).toMatchObject({ status: 2, stderr: expect.stringContaining('scale: { max: … }') });
    expect(await run('apply', 'bare', '--yes')).toMatchObject({ status: 2, stderr: expect.stringContaining('controls.scale') });
    expect(await run('apply', 'blind', '--yes')).toMatchObject({ status: 3, stderr: expect.stringContaining('there is no group') });
    expect(await run('show', 'blind')).toMatchObject({ status: 3 });
    expect(await run('show', 'idle')).toMatchObject({ status: 2, stderr: expect.stringContaining('agentops explain agents.queue') });
    expect(await run('simulate', 'support')).toMatchObject({ status: 3, stderr: expect.stringContaining('is on record') });
    expect(await run('simulate', 'support', '--up-at', '1', '--down-at', '2')).toMatchObject({ status: 2 });
  }, 60_000);
});
