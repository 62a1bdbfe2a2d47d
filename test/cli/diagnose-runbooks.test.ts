import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { diagnoseRunbooks } from '../../src/cli/diagnose-runbooks.ts';
import type { Fleet } from '../../src/fleet/agent.ts';
import type { Slot } from '../../src/fleet/slots.ts';
import { plainLook } from '../../src/ground/output/look.ts';
import type { Context } from '../../src/ground/runtime/context.ts';
import { openSqliteJournal } from '../../src/ground/store/sqlite.ts';
import type { Plan, PlannedStep } from '../../src/response/runbooks/plan.ts';
import { beginWrite } from '../../src/response/runbooks/runs.journal.ts';
import { renderReadiness } from '../../src/views/readiness.ts';
import { connection, readCredential, writeCredential } from '../contract/control-suite.ts';
import { aFleet, anAgent, noControls, noon } from '../support/facts.ts';
import { fakeContext } from '../support/fake-context.ts';
import { closedPort, openPeer } from '../support/http-peer.ts';
import { liteLlmKey, liteLlmStub } from '../support/litellm-stub.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openWorld } from '../support/world.ts';

const at = { file: 'agentops.yaml', line: 7, column: 3 };
const slot = (kind: string, config: object): Slot => ({ kind, config: { via: kind, ...config }, at });

const begin = async (parts: Partial<Fleet>, controls: Partial<typeof noControls>, env: Record<string, string> = {}) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.agentops'));
  const journal = await openSqliteJournal(join(folder, '.agentops', 'journal.db'), () => noon);
  const world = openWorld({ CONTROL_READ: readCredential, CONTROL_WRITE: writeCredential, ...env });
  onTestFinished(async () => {
    await journal.close();
    await world.http.close();
  });
  const ctx: Context = fakeContext({ ...world, journal: async () => journal, env: { AGENTOPS_ACTOR: 'tester@lab' } });
  const fleet: Fleet = {
    ...aFleet(anAgent({ controls: { ...noControls, ...controls } })),
    path: join(folder, 'agentops.yaml'),
    stateFolder: join(folder, '.agentops'),
    ...parts,
  };
  const look = async (offline = false) => {
    const { rows, findings } = await diagnoseRunbooks(ctx, fleet, { timeoutMs: 2000, offline, on: () => {} });
    return { rows: rows.filter(({ driver }) => driver !== null), all: rows, findings };
  };
  return { folder, journal, look };
};

const flag = slot('flag-file', { path: 'flags.json', flag: 'agent.support.enabled', effect: 5000 });
const key = slot('litellm', { connection: 'gateway', key_alias: 'support', fallback_type: 'general', effect: 60_000 });

it('looks at every control with both credentials, and changes nothing', async () => {
  const stub = liteLlmStub({ clock: { now: () => noon }, admin: writeCredential, viewer: readCredential, keys: [liteLlmKey('support')] });
  const peer = await openPeer(stub.reply);
  const { folder, look } = await begin(
    { connections: connection('gateway', peer.url) },
    { throttle: key, disable: flag, sampling: slot('manifest', {}) },
  );
  writeFileSync(
    join(folder, 'flags.json'),
    '{"flags":{"agent.support.enabled":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"on"}}}',
  );
  const { rows, findings } = await look();
  expect(rows.map(({ action, driver, canRead, canWrite, trouble }) => [action, driver, canRead, canWrite, trouble])).toEqual([
    ['throttle', 'litellm', 'yes', 'unknown', null],
    ['disable', 'flag-file', 'yes', 'yes', null],
    ['sampling', 'manifest', 'yes', 'yes', null],
  ]);
  expect(findings).toEqual([]);
  expect(new Set(peer.received.map(({ method }) => method))).toEqual(new Set(['GET']));
  expect(new Set(peer.received.map(({ headers }) => headers.authorization))).toEqual(
    new Set([`Bearer ${readCredential}`, `Bearer ${writeCredential}`]),
  );
});

it('tells what would not work, and what to do about it', async () => {
  const port = await closedPort();
  const peer = await openPeer(liteLlmStub({ clock: { now: () => noon }, admin: 'another', viewer: readCredential }).reply);
  const { look } = await begin(
    { connections: { ...connection('gateway', peer.url), ...connection('gone', `http://127.0.0.1:${port}`) } },
    {
      throttle: key,
      disable: flag,
      kill: [slot('litellm', { connection: 'gone', key_alias: 'support', fallback_type: 'general', effect: 0 })],
      scale: key,
    },
  );
  const { rows, findings } = await look();
  expect(rows.map(({ action, canRead, canWrite }) => [action, canRead, canWrite])).toEqual([
    ['throttle', 'yes', 'no'],
    ['disable', 'no', 'no'],
    ['kill', 'no', 'no'],
    ['scale', 'unknown', 'no'],
  ]);
  expect(findings.map(({ name, detail }) => `${name}: ${detail}`)).toEqual([
    expect.stringContaining('support throttle: there is no key support at 127.0.0.1'),
    expect.stringContaining('support disable: there is no file'),
    expect.stringContaining('refused the connection'),
    'support scale: a control of kind litellm, as it is set, does not scale',
  ]);
  expect(findings.map(({ fix }) => fix)[3]).toBe('agentops.yaml:7');
});

it('tells a program that is not there from one of which nothing can be known', async () => {
  const exec = (program: string) => slot('exec', { argv: [program] });
  const { look } = await begin({}, { disable: exec('no-such-program-anywhere'), queue: exec(process.execPath) });
  const { rows, findings } = await look();
  expect(rows.map(({ action, canRead, canWrite }) => [action, canRead, canWrite])).toEqual([
    ['disable', 'no', 'no'],
    ['queue', 'no', 'unknown'],
  ]);
  expect(findings.map(({ detail }) => detail)).toEqual(['there is no program no-such-program-anywhere that could be run']);
});

it('sees that a file may be read and not be written', async () => {
  const { folder, look } = await begin({}, { disable: flag });
  writeFileSync(join(folder, 'flags.json'), '{"flags":{}}', { mode: 0o444 });
  chmodSync(folder, 0o555);
  onTestFinished(() => chmodSync(folder, 0o755));
  const { rows } = await look();
  // Nothing is closed to the superuser.
  expect(rows).toMatchObject([{ canRead: 'yes', canWrite: process.getuid?.() === 0 ? 'yes' : 'no' }]);
});

it('knows when an action was last drilled, and asks nobody offline', async () => {
  const { journal, look } = await begin({}, { disable: flag });
  const change = { action: 'disable', target: 'flag', from: {}, to: {}, version: null, reversible: true, lasting: null };
  const step = { agent: 'support', change } as unknown as PlannedStep;
  const plan = { hash: 'h', steps: [step], finally: [] } as unknown as Plan;
  const runs = [
    { id: 'r1', startedAt: noon - 2000, cause: { kind: 'drill' }, status: 'done' },
    { id: 'r2', startedAt: noon - 1000, cause: { kind: 'drill' }, status: 'failed' },
    { id: 'r3', startedAt: noon, cause: { kind: 'person' }, status: 'done' },
  ] as const;
  for (const { id, startedAt, cause, status } of runs) {
    const head = {
      id,
      runbook: 'kill',
      class: 'loop' as const,
      agents: ['support'],
      plan,
      cause,
      actor: 'tester@lab',
      incident: null,
      startedAt,
    };
    await journal.commit([beginWrite(head), { sql: 'UPDATE runbook_run SET status = ? WHERE id = ?', params: [status, id] }]);
  }
  const { rows, all } = await look(true);
  expect(rows).toMatchObject([{ action: 'disable', canRead: 'unknown', canWrite: 'unknown', lastDrilledAt: noon - 2000 }]);
  expect(renderReadiness(all, { look: plainLook, verbose: false, zone: 'UTC' })).toEqual([
    'Agent    Action   Driver     Can read  Can write  Last drilled          Target',
    expect.stringMatching(/^support {2}disable {2}flag-file {2}unknown {3}unknown {4}2026-03-02 11:59.* -$/),
    '',
    'support has nothing bound to throttle, kill, rollback_prompt, rollback_model, rollback_deploy, route_model, failover, scale, queue, sampling',
  ]);
});
