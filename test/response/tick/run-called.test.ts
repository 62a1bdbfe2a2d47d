import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { dutyWrite } from '../../../src/controls/actions/mitigations.journal.ts';
import type { Context } from '../../../src/ground/runtime/context.ts';
import { openSqliteJournal } from '../../../src/ground/store/sqlite.ts';
import { openSqliteCache } from '../../../src/ground/store/sqlite-cache.ts';
import type { Alert } from '../../../src/oversight/alerts/alert.ts';
import { quietInstance } from '../../../src/oversight/alerts/alert-state.ts';
import { type CalledRun, runCalled } from '../../../src/response/tick/run-called.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { load } from '../../support/load-manifest.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openWorld } from '../../support/world.ts';

const manifest = `
version: 1
fleet: acme
backends:
  open: { kind: otlp }
runbooks: [runbooks]
alerts:
  - { type: defaults }
  - { rule: heartbeat, type: heartbeat }
  - { rule: queue, type: queue_depth, limit: 5 }
agents:
  support:
    traces: { backend: open, match: { agent_name: support } }
    controls: { disable: { via: flag-file, path: flags.json, flag: agent.support.enabled } }
`;

const closing = (name: string, triggers: string) => `
metadata: { name: ${name}, class: loop, description: Lets an agent take no new work. }
params:
  agent: { type: agent, description: Which agent. }
triggers: [ ${triggers} ]
guardrails: { runs_per_hour: 9, targets: 1, cooldown: 0s }
steps:
  - disable: {}
    ttl: 1h
`;

const minuteMs = 60_000;

/** Runbooks that may start by themselves, by name. */
const stage = async (runbooks: Readonly<Record<string, string>>) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'runbooks'));
  writeFileSync(join(folder, 'agentops.yaml'), manifest);
  writeFileSync(join(folder, 'flags.json'), '{ "agent.support.enabled": true }\n');
  for (const [name, triggers] of Object.entries(runbooks)) writeFileSync(join(folder, 'runbooks', `${name}.yaml`), closing(name, triggers));
  const { fleet } = await load(folder);
  const journal = await openSqliteJournal(join(folder, 'journal.db'), () => Date.now());
  const cache = await openSqliteCache(join(folder, 'cache.db'));
  const world = openWorld();
  onTestFinished(async () => {
    cache.close();
    await journal.close();
    await world.http.close();
  });
  const now = Date.now();
  // Somebody ends what it begins: without that promise nothing starts that is to end by itself.
  await journal.commit([dutyWrite('expire', now)]);
  const ctx: Context = { ...fakeContext(), ...world, journal: async () => journal, cache: async () => cache };
  const unasked = async () => ({ verdict: 'inconclusive', evidence: '' }) as const;
  const call = async (...firing: readonly Alert[]): Promise<readonly CalledRun[]> =>
    (await runCalled(ctx, fleet, firing, { check: unasked, eval: unasked })).settled;
  return { now, call };
};

const fired = (rule: string, firedAt: number, label = ''): Alert => ({
  ...{ rule, agent: 'support', label, severity: 'page', category: 'cost' },
  instance: { ...quietInstance, state: 'firing', since: firedAt, breachedSince: firedAt, judgedAt: firedAt, firedAt, changes: [firedAt] },
  judgement: { said: 'breach', value: 1, threshold: 0, baseline: null, unit: 'count', n: 1, reason: 'it does', numbers: {} },
  ...{ exemplar: null, told: null, quiet: null, ack: null },
});

const startedBy = (runs: readonly CalledRun[]) => runs.map(({ rule, runbook, status }) => [rule, runbook, status]);

test('an alert that nobody vouches for keeps no other from starting the runbook that both call for', async () => {
  const { call, now } = await stage({ close: '{ alert: runaway, mode: auto }, { alert: down, mode: auto }' });
  const runs = await call(fired('runaway', now - minuteMs), fired('down', now - minuteMs));
  expect(startedBy(runs)).toContainEqual(['down', 'close', 'done']);
}, 30_000);

test('one firing starts its runbook once, however often it is looked at', async () => {
  const { call, now } = await stage({ close: '{ alert: down, mode: auto }' });
  const down = fired('down', now - minuteMs);
  expect(startedBy(await call(down))).toEqual([['down', 'close', 'done']]);
  expect(await call(down)).toEqual([]);
}, 30_000);

test('two stages of a budget that are reached at once start what each of them calls for', async () => {
  const { call, now } = await stage({
    slow: '{ alert: "queue/80%", mode: auto }',
    stop: '{ alert: "queue/100%", mode: auto }',
  });
  const stages = [fired('queue', now - minuteMs, '80%'), fired('queue', now - minuteMs, '100%')];
  const begun = [...(await call(...stages)), ...(await call(...stages))].filter(({ status }) => status === 'done');
  expect(begun.map(({ runbook }) => runbook).sort()).toEqual(['slow', 'stop']);
  expect(await call(...stages)).toEqual([]);
}, 30_000);

test('a newer alert that calls for what is in force already is answered by a run that finds it so', async () => {
  const { call, now } = await stage({ close: '{ alert: down, mode: auto }, { alert: heartbeat, mode: auto }' });
  const down = fired('down', now - minuteMs);
  expect(startedBy(await call(down))).toEqual([['down', 'close', 'done']]);
  expect(startedBy(await call(down, fired('heartbeat', Date.now() + minuteMs)))).toEqual([['heartbeat', 'close', 'done']]);
}, 30_000);
