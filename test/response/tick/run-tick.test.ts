import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { dutyDone } from '../../../src/controls/actions/mitigations.journal.ts';
import type { Context } from '../../../src/ground/runtime/context.ts';
import { openSqliteJournal } from '../../../src/ground/store/sqlite.ts';
import { openSqliteCache } from '../../../src/ground/store/sqlite-cache.ts';
import { defaultRules } from '../../../src/oversight/alerts/default-rules.ts';
import { channels } from '../../../src/oversight/notify/registry.ts';
import { dutyNames, tickDuty } from '../../../src/response/tick/duties.ts';
import { runTick, type TickAids, type TickEvent } from '../../../src/response/tick/run-tick.ts';
import { backends } from '../../../src/telemetry/traces/registry.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { openPeer } from '../../support/http-peer.ts';
import { load } from '../../support/load-manifest.ts';
import { json } from '../../support/replies.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openWorld } from '../../support/world.ts';

const stage = async (watchdog: string | null, parts: Partial<TickAids> = {}) => {
  const folder = temporaryFolder();
  const ping = watchdog === null ? '' : `watchdog: { url: "${watchdog}" }\n`;
  writeFileSync(
    join(folder, 'agentops.yaml'),
    `version: 1\nfleet: acme\n${ping}agents:\n  indexer: { checks: [ { id: nightly, heartbeat: { every: 1d } } ] }\n`,
  );
  const env = { PING_KEY: 's3cret-key' };
  const { fleet } = await load(folder, { env });
  const journal = await openSqliteJournal(join(folder, 'journal.db'), () => Date.now());
  const cache = await openSqliteCache(join(folder, 'cache.db'));
  const world = openWorld(env);
  onTestFinished(async () => {
    cache.close();
    await journal.close();
    await world.http.close();
  });
  const stop = new AbortController();
  const ctx: Context = { ...fakeContext(), ...world, journal: async () => journal, cache: async () => cache, signal: stop.signal };
  const unasked = async () => ({ verdict: 'inconclusive', evidence: '' }) as const;
  const aids: TickAids = { checks: async () => 0, verifiers: { check: unasked, eval: unasked }, backends, channels, ...parts };
  const events: TickEvent[] = [];
  return {
    fleet,
    journal,
    ctx,
    stop,
    events,
    tick: () => runTick(ctx, fleet, { duties: dutyNames, waits: false }, aids, (event) => events.push(event)),
  };
};

test('a duty that fails keeps no other from being done, and the watchdog hears of it', async () => {
  const peer = await openPeer((request, response) => json({})(request, response));
  const checks = async () => {
    throw new TypeError('nobody thought of this');
  };
  const { tick, journal } = await stage(`${peer.url}/\${PING_KEY}`, { checks });
  const { tick: done } = await tick();
  expect(done.problems).toMatchObject([{ duty: 'checks', isFailure: true, message: expect.stringContaining('a bug in agentops') }]);
  expect(done.duties.map(({ duty }) => duty)).toEqual(dutyNames);
  expect(done.ran).toMatchObject({ checks: null, rules: defaultRules.length });
  expect(peer.received.map(({ path }) => path)).toEqual(['/s3cret-key/start', '/s3cret-key/fail']);
  expect(peer.received[1]?.body).toContain('checks: this is a bug in agentops');
  expect(await dutyDone(journal, tickDuty)).not.toBeNull();
  expect(await dutyDone(journal, 'expire')).not.toBeNull();
});

test('a watchdog that does not answer, or refuses, never fails a tick and is not named', async () => {
  const peer = await openPeer((request, response) => json({}, 500)(request, response));
  const { tick, events } = await stage(`${peer.url}/\${PING_KEY}`);
  const { tick: done } = await tick();
  expect(done.problems).toEqual([]);
  const said = events.filter(({ event }) => event === 'problem');
  expect(said).toMatchObject([{ problem: { duty: 'watchdog', message: 'the watchdog answered HTTP 500', isFailure: false } }]);
  expect(JSON.stringify(events)).not.toContain('s3cret-key');
});

test('a wish to stop ends a long duty at once, and begins no other', async () => {
  const checks: TickAids['checks'] = async (own) => {
    stage_.stop.abort(new Error('stopped'));
    await own.clock.sleep(60_000, own.signal);
    return 1;
  };
  const stage_ = await stage(null, { checks });
  const { tick: done } = await stage_.tick();
  expect(done.duties.map(({ duty }) => duty)).toEqual(['checks']);
  expect(done.problems).toEqual([]);
  expect(await dutyDone(stage_.journal, tickDuty)).toBeNull();
});

test('what does not heed its deadline is left behind, and the next duty begins', async () => {
  const { ctx, fleet, journal } = await stage(null);
  // A clock on which every pause is over at once: each duty is late before it has begun.
  const hasty = { ...ctx, clock: { ...ctx.clock, sleep: async () => undefined } };
  const aids = {
    verifiers: { check: async () => never, eval: async () => never },
    backends,
    channels,
    checks: () => new Promise<number>(() => undefined),
  };
  const request = { duties: ['checks', 'incidents'] as const, waits: false };
  const { tick: done } = await runTick(hasty, fleet, request, aids, () => undefined);
  expect(done.problems[0]).toMatchObject({ duty: 'checks', message: 'it was not done within 120 s, and was cut off' });
  expect(done.duties.map(({ duty }) => duty)).toEqual(['checks', 'incidents']);
  expect(await dutyDone(journal, 'expire')).toBeNull();
});

const never = { verdict: 'inconclusive', evidence: '' } as const;
