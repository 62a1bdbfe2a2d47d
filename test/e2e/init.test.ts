import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { protocols } from '../../src/agents/protocols/registry.ts';
import { closedPort, openPeer } from '../support/http-peer.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const manifestIn = (folder: string): string => readFileSync(join(folder, 'agentops.yaml'), 'utf8');

describe('agentops init', () => {
  test.each(Object.keys(protocols))('--yes --protocol %s writes a manifest that is right', async (protocol) => {
    using folder = scratch({});
    const written = await runCli(['init', '--yes', '--protocol', protocol, '--token-env', 'MY_TOKEN'], { cwd: folder.path });
    expect(written).toMatchObject({ status: 0, stderr: '' });
    expect(written.stdout).toContain('export MY_TOKEN=…');
    expect(await runCli(['validate'], { cwd: folder.path })).toMatchObject({ status: 0, stderr: '' });
  });

  test('never replaces a manifest unasked, exit 4, and touches nothing else', async () => {
    using folder = scratch({ 'agentops.yaml': 'mine' });
    mkdirSync(join(folder.path, '.git'));
    const refused = await runCli(['init', '--yes'], { cwd: folder.path });
    expect(refused.status).toBe(4);
    expect(refused.stderr).toContain('--force');
    expect(manifestIn(folder.path)).toBe('mine');
    expect(existsSync(join(folder.path, '.gitignore'))).toBe(false);
    expect((await runCli(['init', '--yes', '--force'], { cwd: folder.path })).status).toBe(0);
    expect(manifestIn(folder.path)).toContain('version: 1');
  });

  test('a manifest that ends in .yml is a manifest too', async () => {
    using folder = scratch({ 'agentops.yml': 'mine' });
    expect((await runCli(['init', '--yes'], { cwd: folder.path })).status).toBe(4);
  });

  test('without a terminal and without flags it says what to pass, exit 2', async () => {
    using folder = scratch({});
    const refused = await runCli(['init'], { cwd: folder.path });
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/--yes.*--from-url/);
    expect(existsSync(join(folder.path, 'agentops.yaml'))).toBe(false);
  });

  test('--from-url writes what the endpoint shows; the manifest passes and the agent is healthy', async () => {
    const peer = await openPeer((request, response) => {
      response.statusCode = request.path === '/v1/models' ? 200 : 404;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(response.statusCode === 200 ? { data: [{ id: 'm-7' }] } : {}));
    });
    using folder = scratch({});
    const written = await runCli(['init', '--from-url', peer.url, '--json'], { cwd: folder.path });
    expect(JSON.parse(written.stdout)).toMatchObject({
      protocol: 'openai-chat',
      recognised: 'it speaks openai-chat, and offers m-7',
      variables: [],
    });
    expect(manifestIn(folder.path)).toContain('model: "m-7"');
    expect(peer.received.every(({ method }) => method === 'GET')).toBe(true);
    expect((await runCli(['health'], { cwd: folder.path })).status).toBe(0);
  });

  test('--from-url where nobody listens writes nothing, exit 3', async () => {
    using folder = scratch({});
    const failed = await runCli(['init', '--from-url', `http://127.0.0.1:${await closedPort()}`], { cwd: folder.path });
    expect(failed.status).toBe(3);
    expect(failed.stderr).toContain('--protocol');
    expect(existsSync(join(folder.path, 'agentops.yaml'))).toBe(false);
  });

  test('the value of a credential is used to look, and is written nowhere', async () => {
    const peer = await openPeer((request, response) => {
      const isKnown = request.headers['authorization'] === 'Bearer tok-98765';
      response.statusCode = isKnown ? 200 : 401;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(isKnown ? { data: [{ id: 'm' }] } : {}));
    });
    using folder = scratch({});
    const { stdout, stderr, status } = await runCli(['init', '--from-url', `${peer.url}/v1`, '--token-env', 'TOK', '--agent', 'kb'], {
      cwd: folder.path,
      env: { TOK: 'tok-98765' },
    });
    expect(status).toBe(0);
    expect(stdout + stderr + manifestIn(folder.path)).not.toContain('tok-98765');
    expect(manifestIn(folder.path)).toContain('api_key: "${TOK}"');
  });

  test('keeps the state out of a repository, and says so', async () => {
    using folder = scratch({ '.gitignore': 'dist' });
    execFileSync('git', ['init', '-q'], { cwd: folder.path });
    const { stdout } = await runCli(['init', '--yes'], { cwd: folder.path });
    expect(stdout).toContain('.gitignore');
    expect(readFileSync(join(folder.path, '.gitignore'), 'utf8')).toBe('dist\n.agentops/\n');
    await runCli(['validate'], { cwd: folder.path });
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: folder.path, encoding: 'utf8' })).not.toContain('.agentops/');
  });

  test('--with-schema writes the schema that the manifest names', async () => {
    using folder = scratch({});
    await runCli(['init', '--yes', '--with-schema'], { cwd: folder.path });
    const [, named = ''] = /\$schema=(\S+)/.exec(manifestIn(folder.path)) ?? [];
    expect(JSON.parse(readFileSync(join(folder.path, named), 'utf8'))).toMatchObject({ title: 'agentops.yaml' });
  });

  test('-m names another place', async () => {
    using folder = scratch({});
    const { stdout } = await runCli(['init', '--yes', '-m', 'ops/fleet.yaml'], { cwd: folder.path });
    expect(stdout).toContain(`agentops health -m ${join(folder.path, 'ops/fleet.yaml')}`);
    expect((await runCli(['validate', '-m', 'ops/fleet.yaml'], { cwd: folder.path })).status).toBe(0);
  });
});
