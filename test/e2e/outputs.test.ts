import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openPeer } from '../support/http-peer.ts';
import { runCli, scratch } from '../support/run-cli.ts';
import { parseXml } from '../support/xml.ts';

const secret = 's3cret-of-the-agent';

/** A fleet of one agent that repeats its credential, and how often it was asked. */
const openFleet = async () => {
  const peer = await openPeer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ choices: [{ finish_reason: 'stop', message: { content: `no: ${secret}` } }] }));
  });
  const folder = scratch({
    'agentops.yaml': `version: 1
fleet: acme
agents:
  echo:
    endpoint: { protocol: openai-chat, url: "${peer.url}/v1", model: m, api_key: "\${KEY}" }
    checks: [{ id: pong, input: ping, expect: [{ contains: pong }] }]
`,
  });
  const read = (name: string) => readFileSync(join(folder.path, name), 'utf8');
  const health = (...args: readonly string[]) => runCli(['health', ...args], { cwd: folder.path, env: { KEY: secret } });
  return { peer, folder, read, health, [Symbol.dispose]: () => folder[Symbol.dispose]() };
};

describe('one run in several formats', () => {
  test('asks once, prints one and writes the others, each whole and without secrets', async () => {
    using fleet = await openFleet();
    const wanted = ['junit=health.xml', 'markdown=summary.md', 'json=health.json', 'prometheus=health.prom'];
    const { status, stdout } = await fleet.health('--output', 'github', ...wanted.flatMap((each) => ['-o', each]));
    expect(status).toBe(1);
    expect(fleet.peer.received).toHaveLength(1);
    expect(stdout).toMatch(/^::error title=echo\/pong fail::/);
    expect(parseXml(fleet.read('health.xml')).attributes).toMatchObject({ failures: '1' });
    expect(fleet.read('summary.md')).toContain('| 🔴 red | echo |');
    expect(JSON.parse(fleet.read('health.json'))).toMatchObject({ agents: [{ agent: 'echo', state: 'red' }] });
    expect(fleet.read('health.prom')).toContain('agentops_agent_state');
    for (const name of ['health.xml', 'summary.md', 'health.json']) {
      expect(fleet.read(name).replaceAll('\\', '')).toContain('no: ***');
      expect(fleet.read(name)).not.toContain(secret);
    }
    expect(readdirSync(fleet.folder.path).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  test('beside files the text is printed, or JSON where that is asked for; a file has no colour', async () => {
    using fleet = await openFleet();
    expect((await fleet.health('-o', 'junit=health.xml')).stdout).toMatch(/^! acme: 1 agent red/);
    expect(JSON.parse((await fleet.health('--json', '-o', 'text=health.txt')).stdout)).toMatchObject({ fleet: 'acme' });
    expect(fleet.read('health.txt')).toMatch(/^▲ acme: 1 agent red/);
  });

  test('works for every command that has formats', async () => {
    using fleet = await openFleet();
    await fleet.health();
    for (const args of [
      ['history', 'echo', '-o', 'csv=past.csv'],
      ['validate', '-o', 'json=valid.json'],
    ]) {
      expect((await runCli(args, { cwd: fleet.folder.path })).status).toBe(0);
    }
    expect(fleet.read('past.csv')).toMatch(/^fleet,agent,check,/);
    expect(JSON.parse(fleet.read('valid.json'))).toMatchObject({ fleet: 'acme' });
  });

  test('replaces a file in one step, with the rights it had, through a link too', async () => {
    using fleet = await openFleet();
    writeFileSync(join(fleet.folder.path, 'real.xml'), 'old');
    chmodSync(join(fleet.folder.path, 'real.xml'), 0o640);
    symlinkSync('real.xml', join(fleet.folder.path, 'link.xml'));
    await fleet.health('-o', 'junit=link.xml');
    expect(fleet.read('real.xml')).toContain('<testsuites');
    expect(statSync(join(fleet.folder.path, 'real.xml')).mode & 0o777).toBe(0o640);
  });

  test.skipIf(process.platform === 'win32')('writes to a pipe', async () => {
    using fleet = await openFleet();
    expect(spawnSync('mkfifo', [join(fleet.folder.path, 'pipe')]).status).toBe(0);
    const reader = new Promise<string>((done) => {
      import('node:fs').then(({ readFile }) => readFile(join(fleet.folder.path, 'pipe'), 'utf8', (_, text) => done(text)));
    });
    await fleet.health('-o', 'junit=pipe');
    expect(parseXml(await reader).name).toBe('testsuites');
  });
});

describe('an output that cannot be', () => {
  test.each([
    [['-o', 'pdf=x.pdf'], 'error: health has no --output pdf=x.pdf\nhint: it can answer as text, json, junit,'],
    [['-o', 'csv'], 'error: health has no --output csv\nhint: it can answer as text, json, junit,'],
    [['-o', 'junit='], 'error: --output junit=: no file is named\nhint: write it like junit=health.xml'],
    [['-o', 'junit=no/such/x.xml'], 'error: --output junit=no/such/x.xml: there is no folder '],
    [['-o', 'junit=taken'], 'error: --output junit=taken: taken is a folder, not a file\nhint: name a file in it'],
    [['-o', 'json=x', '-o', 'junit=./x'], 'error: --output junit=./x: ./x is named twice\nhint: give each format a file of its own'],
    [
      ['-o', 'github', '-o', 'junit'],
      'error: --output github and --output junit both go to stdout\nhint: send one to a file: --output github --output junit=FILE',
    ],
  ])('%j is refused before anything is sent', async (args, said) => {
    using fleet = await openFleet();
    mkdirSync(join(fleet.folder.path, 'taken'));
    const { status, stdout, stderr } = await fleet.health(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.slice(0, said.length)).toBe(said);
    expect(fleet.peer.received).toEqual([]);
    expect(existsSync(join(fleet.folder.path, 'x'))).toBe(false);
  });

  test('--json beside another format on stdout is refused: one of the two would be lost', async () => {
    using fleet = await openFleet();
    const { status, stderr } = await fleet.health('--json', '-o', 'markdown');
    expect(status).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        message: '--output markdown and --json both go to stdout',
        hint: 'send one to a file: --output markdown --output json=FILE',
      },
    });
  });

  test.skipIf(process.platform !== 'linux')('a disk that is full is told after the answer, exit 3', async () => {
    using fleet = await openFleet();
    const { status, stdout, stderr } = await fleet.health('-o', 'junit=/dev/full');
    expect(status).toBe(3);
    expect(stdout).toContain('echo');
    expect(stderr).toContain('error: /dev/full could not be written: ENOSPC');
  });
});
