import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDesiredWorkers, pollMs } from '../../../src/desk/serve/desired-workers.ts';
import { scaleRoute } from '../../../src/desk/serve/scale-route.ts';
import type { Clock } from '../../../src/ground/runtime/context.ts';
import { readActs } from '../../../src/response/scale/acts.journal.ts';
import { renderScaleMetrics } from '../../../src/views/scale-metrics.ts';
import { redisPrograms, startRedis } from '../../peers/start-redis.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { load } from '../../support/load-manifest.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { sharedPeer } from '../../support/shared-peer.ts';
import { temporaryFolder, temporaryJournal } from '../../support/temporary.ts';
import { openWorld } from '../../support/world.ts';

describeWithPeer('the number that a scaler is told', { programs: redisPrograms }, () => {
  const redis = sharedPeer(startRedis);

  /** A receiver that looks when it is told to. */
  const stage = async () => {
    const { admin, url } = await redis();
    await admin.flushall();
    await admin.xgroup('CREATE', 'jobs', 'workers', '$', 'MKSTREAM');
    const add = async (count: number) => {
      for (let job = 0; job < count; job += 1) await admin.xadd('jobs', '*', 'job', String(job));
    };
    await add(1);
    for (const worker of ['one', 'two']) await admin.xgroup('CREATECONSUMER', 'jobs', 'workers', worker);
    const folder = temporaryFolder();
    const queue = (stream: string) => `queue: { kind: redis-stream, url: "${url}", stream: ${stream}, group: workers }`;
    writeFileSync(
      join(folder, 'agentops.yaml'),
      `{ version: 1, fleet: acme, agents: { support: { ${queue('jobs')}, scale: { max: 20 } }, unasked: { ${queue('jobs')} }, gone: { ${queue('none')}, scale: { max: 20 } } } }`,
    );
    const { fleet } = await load(folder);
    const world = openWorld();
    onTestFinished(() => world.http.close());
    let ahead = 0;
    const journal = await temporaryJournal(() => Date.now() + ahead);
    const look = async (desired: ReturnType<typeof openDesiredWorkers>) => {
      const once = new AbortController();
      rested = () => once.abort();
      await desired.run(once.signal);
    };
    let rested = () => {};
    const clock: Clock = {
      now: () => Date.now() + ahead,
      monotonic: () => ahead,
      async sleep() {
        rested();
      },
    };
    const ctx = { ...fakeContext(), ...world, clock, journal: async () => journal };
    const changes: string[] = [];
    const open = () =>
      openDesiredWorkers(ctx, fleet, {
        changed: ({ agent, workers, decision }) => changes.push(`${agent} ${workers.count} to ${decision.wanted}`),
        trouble: (thrown) => {
          throw thrown;
        },
      });
    const pass = (ms: number) => {
      ahead += ms;
    };
    const answer = async (desired: ReturnType<typeof openDesiredWorkers>, agent: string) => {
      const { status, body } = await scaleRoute(fleet, desired, agent).answer({} as never);
      return { status, body: String(body) };
    };
    return { add, admin, journal, open, look, pass, changes, answer };
  };

  it('follows the queue by the rule, is kept before it is told, and is the same from two receivers', async () => {
    const { add, open, look, pass, changes, journal, answer } = await stage();
    const [one, other] = [open(), open()];
    await look(one);
    expect(renderScaleMetrics(one.known())).toContain('agentops_desired_workers{agent="support",queue="jobs/workers"} 2\n');
    expect(one.known().map(({ agent }) => agent)).toEqual(['support']);
    await add(41);
    pass(pollMs);
    await look(one);
    expect(changes).toEqual([]);
    pass(pollMs);
    await look(one);
    expect(changes).toEqual(['support 2 to 9']);
    expect(await readActs(journal, 'support', 0)).toMatchObject([{ from: 2, to: 9 }]);
    await look(other);
    // The workers that were asked for are still to come: nobody asks for other ones.
    for (const each of [one, other]) {
      pass(pollMs);
      await look(each);
      expect(each.known()[0]?.decision.wanted).toBe(9);
    }
    const { status, body } = await answer(one, 'support');
    expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ agent: 'support', desired_workers: 9 })]);
    expect(changes).toHaveLength(1);
  });

  it('is told no more once three looks in a row have failed, nor of an agent that does not say how it scales', async () => {
    const { admin, open, look, pass, answer } = await stage();
    const desired = open();
    await look(desired);
    await admin.del('jobs');
    for (let looks = 0; looks < 3; looks += 1) {
      pass(pollMs);
      await look(desired);
      expect(desired.known()).toHaveLength(1);
    }
    pass(pollMs);
    await look(desired);
    expect(desired.known()).toEqual([]);
    expect(renderScaleMetrics(desired.known())).not.toContain('agent=');
    expect(await answer(desired, 'support')).toMatchObject({ status: 503 });
    expect(await answer(desired, 'unasked')).toMatchObject({ status: 404 });
    expect(await answer(desired, '%zz')).toMatchObject({ status: 404 });
  });
});
