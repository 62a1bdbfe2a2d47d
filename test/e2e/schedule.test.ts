import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPeer } from '../support/http-peer.ts';
import { json } from '../support/replies.ts';
import { runCli, scratch } from '../support/run-cli.ts';

/** A folder whose name means something to cron, to a shell and to systemd. */
const odd = "50% off $HOME's `x`";

const manifest = (watchdog: string) => `version: 1
fleet: acme
watchdog: { url: "${watchdog}" }
agents:
  indexer: { checks: [ { id: nightly, heartbeat: { every: 1d } } ] }
`;

const stage = (watchdog: string) => {
  const folder = scratch();
  const place = join(folder.path, odd);
  mkdirSync(place);
  writeFileSync(join(place, 'agentops.yaml'), manifest(watchdog));
  writeFileSync(join(place, 'agentops.env'), 'PING_KEY="s3cret-key"\n', { mode: 0o600 });
  const print = (...more: string[]) => runCli(['schedule', 'print', ...more], { cwd: place });
  return { ...folder, place, print };
};

/** What cron does with the command of a line: a backslash before `%` goes, and the rest is given to /bin/sh with almost no environment. */
const asCron = async (line: string): Promise<{ readonly status: number | null; readonly said: string }> => {
  const command = line.split(' ').slice(5).join(' ').replaceAll('\\%', '%');
  const child = spawn('/usr/bin/env', ['-i', '/bin/sh', '-c', command], { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, said };
};

test('the printed line does a tick from / with nothing of the environment, and the watchdog hears of it', async () => {
  const peer = await openPeer((request, response) => json({})(request, response));
  using folder = stage(`${peer.url}/ping/\${PING_KEY}?x=1`);
  const { stdout, stderr, status } = await folder.print();
  expect([status, stderr]).toEqual([0, '']);
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  expect(line).toMatch(/^\* \* \* \* \* /);
  expect(await asCron(line)).toEqual({ status: 0, said: '' });
  expect(peer.received.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /ping/s3cret-key/start', 'POST /ping/s3cret-key']);
  const rids = peer.received.map(({ query }) => query.get('rid'));
  expect(new Set(rids).size).toBe(1);
  expect(rids[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(existsSync(join(folder.place, '.agentops/journal.db'))).toBe(true);
});

test('a file of secrets that others may read is refused, with what mends it', async () => {
  using folder = stage('https://example.com/ping');
  chmodSync(join(folder.place, 'agentops.env'), 0o640);
  const { status, stderr, stdout } = await folder.print();
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('others may read it (mode 0640)');
  const hint = /hint: (.*)/.exec(stderr)?.[1] ?? '';
  expect(spawnSync('/bin/sh', ['-c', hint]).status).toBe(0);
  expect((await folder.print()).status).toBe(0);
});

test('a file of secrets that others may read by now is refused by the tick itself, which does nothing', async () => {
  const peer = await openPeer((request, response) => json({})(request, response));
  using folder = stage(`${peer.url}/ping/\${PING_KEY}`);
  const line = (await folder.print()).stdout.trimEnd().split('\n').at(-1) ?? '';
  const file = join(folder.place, 'agentops.env');
  chmodSync(file, 0o604);
  const { status, said } = await asCron(line);
  expect(status).toBe(2);
  expect(said).toContain('others may read it (mode 0604)');
  expect(said).toContain('hint: chmod 600 ');
  expect(peer.received).toEqual([]);
  // As a unit of systemd tells it.
  const env = { PING_KEY: 's3cret-key', AGENTOPS_ENV_FILE: file };
  for (const command of ['tick', 'watch']) expect((await runCli([command], { cwd: folder.place, env })).status).toBe(2);
  chmodSync(file, 0o600);
  expect(await asCron(line)).toEqual({ status: 0, said: '' });
});

test('what the manifest needs and the file lacks is told, on stderr', async () => {
  using folder = stage('https://example.com/ping/${OTHER_KEY}');
  const { status, stderr } = await folder.print();
  expect([status, stderr]).toEqual([0, expect.stringContaining('OTHER_KEY is not in')]);
});

test('an interval that cron cannot keep is refused', async () => {
  using folder = stage('https://example.com/ping');
  expect((await folder.print('--every', '7m')).stderr).toContain('minutes that divide the hour');
  expect((await folder.print('--every', '15m')).stdout).toContain('*/15 * * * * ');
});

test('a unit, a deployment and a workflow name every path and every variable', async () => {
  using folder = stage('https://example.com/ping/${PING_KEY}');
  const unit = (await folder.print('--format', 'systemd')).stdout;
  expect(unit).toContain('50%% off $$HOME\'s `x`/agentops.yaml"');
  expect(unit).toContain('EnvironmentFile=');
  expect(unit).toMatch(/^Environment="AGENTOPS_ENV_FILE=.*50%% off \$HOME's `x`\/agentops\.env"$/m);
  const deployment = (await folder.print('--format', 'kubernetes', '--image', 'acme/agentops:1')).stdout;
  expect(deployment).toContain('image: "acme/agentops:1"');
  expect(deployment).toContain('envFrom: [{ secretRef: { name: agentops-acme } }]');
  const workflow = (await folder.print('--format', 'github-actions')).stdout;
  expect(workflow).toContain("cron: '*/5 * * * *'");
  expect(workflow).toContain('PING_KEY: ${{ secrets.PING_KEY }}');
});
