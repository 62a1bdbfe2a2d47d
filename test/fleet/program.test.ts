import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openPeer } from '../support/http-peer.ts';
import { cleanCopy } from '../support/load-manifest.ts';
import { runCli } from '../support/run-cli.ts';

const bad = (name: string): string => join(import.meta.dirname, '../fixtures/bad-manifests', name);
const isRoot = process.getuid?.() === 0;

const manifest = (agents: string): string => `version: 1\nfleet: acme\nagents:\n${agents}`;
const folderWith = (text: string): string => cleanCopy('small', { 'agentops.yaml': text });

describe('the built program', () => {
  test.each([
    '005-unknown-keys-nested',
    '026-units-in-checks',
    '058-assertion-unknown',
    '073-secret-in-plain-text',
    '086-problems-in-several-files',
    '107-windows-lines',
    '120-names',
  ])('says of %s what is expected, on stderr, with exit 2', async (name) => {
    for (const command of [['validate'], ['health', '--no-store']]) {
      const { status, stdout, stderr } = await runCli(command, { cwd: bad(name) });
      expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: readFileSync(join(bad(name), 'expected.txt'), 'utf8') });
    }
    expect(existsSync(join(bad(name), '.agentops'))).toBe(false);
  });

  test('tells a machine the same, with each place apart', async () => {
    const { status, stdout, stderr } = await runCli(['validate', '--json'], { cwd: bad('045-mistakes-of-all-kinds') });
    expect([status, stdout]).toEqual([2, '']);
    const { error } = JSON.parse(stderr) as { error: { code: string; exit: number; details: readonly unknown[] } };
    expect([error.code, error.exit]).toEqual(['manifest_invalid', 2]);
    expect(error.details[0]).toEqual({
      file: 'agentops.yaml',
      line: 6,
      column: 5,
      message: 'agents.support.teir is not a key that is known here',
      hint: 'did you mean "tier"?',
    });
  });

  test('tells every problem of a long list, however long the text becomes', async () => {
    const agents = Array.from({ length: 90 }, (_, at) => `  agent-${at}: { tier: 9, env: 7 }\n`).join('');
    const { stderr } = await runCli(['validate'], { cwd: folderWith(manifest(agents)) });
    expect(stderr).toContain('agent-0.tier');
    expect(stderr).toContain('and 80 more');
  });

  test('sends nothing while the secret of any used endpoint is missing', async () => {
    const peer = await openPeer((_request, response) => response.end('{}'));
    const endpoint = (name: string, variable: string) =>
      `  ${name}:\n    endpoint:\n      protocol: http\n      url: ${peer.url}\n      headers: { authorization: "Bearer \${${variable}}" }\n    checks: [{ id: a, input: hi }]\n`;
    const cwd = folderWith(manifest(endpoint('first', 'GIVEN') + endpoint('second', 'MISSING_ONE') + endpoint('third', 'MISSING_TWO')));
    const env = { GIVEN: 'given-secret-value' };
    expect(await runCli(['health', '--no-store'], { cwd, env })).toEqual({
      status: 2,
      stdout: '',
      stderr: [
        'error: agentops.yaml:12:7: the endpoint of second: the environment variable MISSING_ONE is not set',
        'agentops.yaml:18:7: the endpoint of third: the environment variable MISSING_TWO is not set',
        'hint: export MISSING_ONE=… MISSING_TWO=… and run the command again',
        '',
      ].join('\n'),
    });
    expect(peer.received).toEqual([]);

    // Only what is used is needed.
    const { status } = await runCli(['health', 'first', '--no-store'], { cwd, env });
    expect([status, peer.received.length]).toEqual([0, 1]);
    expect(peer.received[0]?.headers.authorization).toBe('Bearer given-secret-value');
  });

  test('runs nothing of a stranger and shows nothing of this machine to one', async () => {
    const cwd = folderWith(
      manifest('  a:\n    description: ${HOST_VALUE}\n    tier: ${HOST_VALUE}\n    endpoint: { protocol: command, argv: [touch, ran] }\n'),
    );
    const { status, stderr } = await runCli(['health', '--untrusted'], { cwd, env: { HOST_VALUE: 'of-this-machine' } });
    expect(status).toBe(2);
    expect(stderr).toContain('agentops.yaml:7:15: protocol command runs code of the author');
    expect(stderr).toContain('allow it with --allow-env HOST_VALUE');
    expect(stderr).not.toContain('of-this-machine');
    expect(existsSync(join(cwd, 'ran'))).toBe(false);
  });

  test('asks only the hosts that were allowed', async () => {
    const peer = await openPeer((_request, response) => response.end('{}'));
    const cwd = folderWith(manifest(`  a:\n    endpoint: { protocol: http, url: "${peer.url}" }\n    checks: [{ id: a, input: hi }]\n`));
    const call = (host: string) => runCli(['health', '--no-store', '--untrusted', '--allow-host', host], { cwd });
    const refused = await call('agents.acme.io');
    expect([refused.status, peer.received.length]).toEqual([2, 0]);
    expect(refused.stderr).toContain(`hint: allow it with --allow-host ${peer.host}`);
    const allowed = await call(peer.host);
    expect([allowed.status, peer.received.length]).toEqual([0, 1]);
  });

  test.skipIf(isRoot)('reads on where it may not write', async () => {
    const cwd = folderWith(manifest('  a: {}\n'));
    writeFileSync(join(cwd, '.agentops'), 'no folder');
    expect((await runCli(['validate'], { cwd })).status).toBe(0);
  });
});
