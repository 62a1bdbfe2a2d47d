import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { postgresPrograms, startPostgres } from '../peers/start-postgres.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { postgresUrl, sharedPostgres } from '../support/postgres-journals.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = (state: string | null) =>
  [
    'version: 1',
    'fleet: acme',
    ...(state === null ? [] : [`state: ${state}`]),
    'agents:',
    '  support:',
    '    endpoint: { protocol: openai-chat, url: "http://127.0.0.1:9/v1", model: m }',
    '',
  ].join('\n');

const home = (state: string | null) => {
  const folder = scratch({ 'agentops.yaml': manifest(state) });
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.path;
};

const password = 'hunter2-and-more';

describeWithPeer('two machines that share a journal', { programs: [`${postgresPrograms() ?? '/usr/lib/postgresql'}/postgres`] }, () => {
  const { server } = sharedPostgres();
  // A server that trusts everybody does not look at the password; whoever prints it would print it all the same.
  const stateUrl = async () => postgresUrl(await server()).replace('agentops@', `agentops:${password}@`);

  test('see what the other did, keep their caches apart, and the password nowhere', async () => {
    const env = { TEAM_STATE: await stateUrl() };
    const [ours, theirs] = [home('"${TEAM_STATE}"'), home('"${TEAM_STATE}"')];
    const at = (cwd: string, ...args: string[]) => runCli(args, { cwd, env: { ...env, AGENTOPS_ACTOR: cwd === ours ? 'maria' : 'tom' } });
    const said = [
      await at(ours, 'freeze', '--for', '1h', '--reason', 'deploying'),
      await at(ours, 'health'),
      await at(theirs, 'status', '--json'),
      await at(theirs, 'unfreeze', '--reason', 'done'),
      await at(ours, 'audit', 'log', '--json'),
      await at(theirs, 'doctor', '--explain', '--offline'),
      await at(ours, 'state', 'show'),
      await at(ours, 'db', 'check'),
      await at(ours, 'audit', 'verify'),
    ];
    expect(said.map(({ status }) => status)).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(JSON.parse(said[2]?.stdout ?? '')).toMatchObject({ freezes: [{ reason: 'deploying' }], agents: [{ state: 'red' }] });
    expect(JSON.parse(said[4]?.stdout ?? '').records.map(({ actor }: { actor: string }) => actor)).toEqual(['tom', 'maria']);
    expect(said.map(({ stdout, stderr }) => stdout + stderr).join('')).not.toContain(password);
    const files = readdirSync(join(ours, '.agentops')).map((name) => readFileSync(join(ours, '.agentops', name), 'latin1'));
    expect(files.join('')).not.toContain(password);
    const kept = await runCli(['db', '--json'], { cwd: theirs, env });
    expect(JSON.parse(kept.stdout).files.map(({ name }: { name: string }) => name)).not.toContain('journal.db');
  });

  test('need the address only where something is kept', async () => {
    const cwd = home('"${TEAM_STATE}"');
    const without = (...args: string[]) => runCli([...args, '--json'], { cwd });
    expect((await without('validate')).status).toBe(0);
    expect((await without('health', '--no-store')).status).toBe(1);
    const [status, error] = await without('status').then((said) => [said.status, JSON.parse(said.stderr).error]);
    expect([status, error]).toMatchObject([2, { code: 'secret_missing', hint: expect.stringContaining('export TEAM_STATE=') }]);
    const folder = await runCli(['freeze', '--for', '1h', '--reason', 'alone'], { cwd, env: { TEAM_STATE: 'elsewhere' } });
    expect([folder.status, existsSync(join(cwd, 'elsewhere/journal.db'))]).toEqual([0, true]);
  });

  test('of which one had a journal of its own bring it along, once', async () => {
    const env = { TEAM_STATE: await stateUrl() };
    const cwd = home(null);
    await runCli(['freeze', '--for', '1h', '--reason', 'before the team'], { cwd });
    const migrate = (...args: string[]) => runCli(['state', 'migrate', '--json', ...args], { cwd, env });
    const to = ['--to', '${TEAM_STATE}'];
    const asked = await migrate(...to);
    expect([asked.status, JSON.parse(asked.stderr).error]).toMatchObject([4, { code: 'confirmation_needed' }]);
    const done = await migrate(...to, '--yes');
    expect([done.status, JSON.parse(done.stdout)]).toMatchObject([0, { audit_records: 1 }]);
    const again = await migrate(...to, '--yes');
    expect([again.status, JSON.parse(again.stderr).error]).toMatchObject([2, { code: 'state_not_empty' }]);
    const theirs = home('"${TEAM_STATE}"');
    const log = await runCli(['audit', 'log', '--json'], { cwd: theirs, env });
    expect(JSON.parse(log.stdout).records.map(({ kind }: { kind: string }) => kind)).toEqual(['state.migrate', 'freeze.on']);
    const argv = await migrate('--to', env.TEAM_STATE, '--yes');
    expect([argv.status, JSON.parse(argv.stderr).error.code]).toEqual([2, 'secret_in_argv']);
    expect(argv.stderr).not.toContain(password);
  });

  test('are told what they cannot know while the server is away', async () => {
    const gone = await startPostgres('agentops');
    const env = { TEAM_STATE: postgresUrl(gone) };
    const cwd = home('"${TEAM_STATE}"');
    expect((await runCli(['beat', 'support'], { cwd, env })).status).not.toBe(70);
    await gone.stop();
    const [status, tick, doctor] = [
      await runCli(['status', '--json'], { cwd, env }),
      await runCli(['tick', '--json'], { cwd, env }),
      await runCli(['doctor', '--json', '--offline'], { cwd, env }),
    ];
    expect(status.status).toBe(3);
    expect(JSON.parse(status.stdout)).toMatchObject({
      agents: [{ state: 'unknown', reasons: [expect.stringContaining('nothing listens')] }],
    });
    expect([tick.status, JSON.parse(tick.stderr).error.code]).toEqual([3, 'journal_away']);
    expect(doctor.status).toBe(3);
  });
});
