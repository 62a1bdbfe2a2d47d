import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { closedPort, openPeer } from '../support/http-peer.ts';
import { runCli, scratch } from '../support/run-cli.ts';

interface Finding {
  readonly group: string;
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly fix: string | null;
}

const doctor = async (cwd: string, args: readonly string[] = [], env: Record<string, string> = {}) => {
  const result = await runCli(['doctor', '--json', ...args], { cwd, env });
  const document = JSON.parse(result.stdout) as { fleet: string | null; verdict: string; findings: Finding[] };
  const find = (group: string, name: string) => document.findings.find((finding) => finding.group === group && finding.name === name);
  return { ...result, ...document, find };
};

const agents = (endpoints: Readonly<Record<string, string>>): string =>
  [
    'version: 1',
    'fleet: acme',
    'agents:',
    ...Object.entries(endpoints).map(([name, rest]) => `  ${name}: { endpoint: { protocol: openai-chat, model: m, ${rest} } }`),
  ].join('\n');

const models = () =>
  openPeer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.statusCode = request.headers['authorization'] === 'Bearer wrong-key-1' ? 401 : 200;
    // A careless server repeats the credential it was shown.
    response.end(
      JSON.stringify(
        response.statusCode === 401 ? { error: { message: `no such key: ${request.headers['authorization']}` } } : { data: [{ id: 'm' }] },
      ),
    );
  });

describe('agentops doctor', () => {
  test('finds nothing wrong with a fleet that answers, and sends no prompt', async () => {
    const peer = await models();
    using folder = scratch({ 'agentops.yaml': agents({ a: `url: "${peer.url}/v1", api_key: "\${KEY}"` }) });
    const { status, verdict, find } = await doctor(folder.path, [], { KEY: 'right-key-1' });
    expect(find('endpoints', 'a')).toMatchObject({ state: 'ok', fix: null });
    expect(find('secrets', 'KEY')).toMatchObject({ state: 'ok' });
    expect([status, verdict]).toEqual([0, 'ok']);
    expect(peer.received.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/models']);
  });

  test('tells each endpoint that refuses or is gone, exit 1, and shows no secret anywhere', async () => {
    const peer = await models();
    const port = await closedPort();
    using folder = scratch({
      'agentops.yaml': agents({ locked: `url: "${peer.url}/v1", api_key: "\${KEY}"`, gone: `url: "http://127.0.0.1:${port}/v1"` }),
    });
    const env = { KEY: 'wrong-key-1', HTTPS_PROXY: 'http://me:proxy-pass-1@127.0.0.1:1' };
    const { status, find } = await doctor(folder.path, [], env);
    expect(status).toBe(1);
    expect(find('endpoints', 'locked')).toMatchObject({ state: 'fail', fix: expect.stringContaining('agents.locked.endpoint') });
    expect(find('endpoints', 'gone')?.detail).toContain('refused the connection');
    for (const output of ['text', 'json', 'markdown']) {
      const { stdout, stderr } = await runCli(['doctor', '--explain', '-o', output], { cwd: folder.path, env });
      expect(stdout + stderr).not.toMatch(/wrong-key-1|proxy-pass-1/);
    }
  });

  test('names every missing secret with its place, and every file that is not there, exit 3', async () => {
    const text = `${agents({ a: 'url: "http://127.0.0.1:1/v1", api_key: "${KEY}", headers: { x-team: "${KEY}" }' })}\nconnections:\n  gw: { url: "http://x", write: "\${file:admin.txt}", read: "\${READ:-none}" }\n`;
    using folder = scratch({ 'agentops.yaml': text });
    const { status, verdict, find } = await doctor(folder.path, ['--offline']);
    expect([status, verdict]).toEqual([3, 'cannot_work']);
    expect(find('secrets', 'KEY')).toMatchObject({ state: 'fail', fix: 'export KEY=…' });
    expect(find('secrets', 'KEY')?.detail).toMatch(/agentops\.yaml:4:\d+, agentops\.yaml:4:\d+/);
    expect(find('secrets', 'file:admin.txt')).toMatchObject({ state: 'fail' });
    expect(find('secrets', 'READ')).toMatchObject({ state: 'ok', detail: expect.stringContaining('default') });
    expect(find('endpoints', 'a')).toMatchObject({ state: 'skipped' });
  });

  test('does not ask an endpoint whose secret is missing', async () => {
    using folder = scratch({ 'agentops.yaml': agents({ a: 'url: "http://127.0.0.1:1/v1", api_key: "${KEY}"' }) });
    const { status, find } = await doctor(folder.path);
    expect(find('endpoints', 'a')).toMatchObject({ state: 'skipped', detail: expect.stringContaining('KEY') });
    expect(status).toBe(3);
  });

  test('warns of a probe budget that cannot stop a check', async () => {
    const peer = await openPeer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"choices":[{"finish_reason":"stop","message":{"content":"pong"}}]}');
    });
    using folder = scratch({
      'agentops.yaml': `version: 1
fleet: acme
agents:
  support:
    endpoint: { protocol: openai-chat, url: "${peer.url}/v1", model: unheard-of }
    probe_budget: { per_day: $1 }
    checks: [{ id: pong, input: ping }]
`,
    });
    const doctor = async () => (await runCli(['doctor', '--offline'], { cwd: folder.path })).stdout;
    expect(await doctor()).not.toContain('robe budget');
    expect((await runCli(['health'], { cwd: folder.path })).stdout).toContain('the probe budget of $1.00 a day cannot stop pong');
    expect(await doctor()).toMatch(/^Probe budgets\n +! support +the probe budget of \$1\.00 a day cannot stop pong/m);
  });

  test('works without a manifest, and says how to make one', async () => {
    using folder = scratch({});
    const { status, fleet, find } = await doctor(folder.path);
    expect([status, fleet]).toEqual([0, null]);
    expect(find('manifest', 'file')).toMatchObject({ state: 'warn', fix: expect.stringContaining('agentops init') });
    expect(existsSync(join(folder.path, '.agentops'))).toBe(false);
  });

  test('a manifest that was named and is not there is in the way', async () => {
    using folder = scratch({});
    expect((await doctor(folder.path, ['-m', 'gone.yaml'])).status).toBe(3);
  });

  test('lists the problems of an invalid manifest at their places, and still looks at the rest', async () => {
    using folder = scratch({ 'agentops.yaml': 'version: 1\nfleet: a\nagnets: {}\nagents:\n  a: { teir: 1, owner: "${OWNER}" }\n' });
    const { status, findings, find } = await doctor(folder.path);
    expect(status).toBe(3);
    expect(findings.filter(({ group, state }) => group === 'manifest' && state === 'fail').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['agentops.yaml:3:1', 'agentops.yaml:5:8']),
    );
    expect(find('secrets', 'OWNER')).toMatchObject({ state: 'fail' });
    expect(find('machine', 'SQLite')).toMatchObject({ state: 'ok' });
  });

  test('works without better-sqlite3, and says how to get it, exit 3', async () => {
    const hook = `export const resolve = (name, context, next) => { if (name === 'better-sqlite3') throw new Error('built for another Node'); return next(name, context); };`;
    const register = `import { register } from 'node:module';\nregister('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));\n`;
    using folder = scratch({ 'no-sqlite.mjs': register, 'agentops.yaml': agents({ a: 'url: "http://127.0.0.1:1/v1"' }) });
    const { status, find } = await doctor(folder.path, ['--offline'], { NODE_OPTIONS: `--import ${join(folder.path, 'no-sqlite.mjs')}` });
    expect(find('machine', 'SQLite')).toMatchObject({ state: 'fail', fix: expect.stringContaining('npm rebuild better-sqlite3') });
    expect(status).toBe(3);
  });

  test('warns of a state folder that others may open, and of a damaged journal', async () => {
    using folder = scratch({ 'agentops.yaml': agents({ a: 'url: "http://127.0.0.1:1/v1"' }) });
    const state = join(folder.path, '.agentops');
    mkdirSync(state);
    chmodSync(state, 0o755);
    writeFileSync(join(state, 'journal.db'), 'this is no database, and long enough to be taken for a damaged one'.repeat(20), {
      mode: 0o644,
    });
    const { status, findings } = await doctor(folder.path, ['--offline']);
    const found = findings.filter(({ group }) => group === 'state');
    expect(found).toMatchObject([
      { name: 'folder', state: 'warn', fix: `chmod 700 ${state}` },
      { name: 'journal.db', state: 'warn' },
      { name: 'journal', state: 'fail' },
    ]);
    expect(status).toBe(3);
  });

  test('gives up on an endpoint that says nothing after --timeout', async () => {
    const peer = await openPeer(() => {});
    using folder = scratch({ 'agentops.yaml': agents({ mute: `url: "${peer.url}/v1"` }) });
    const { find, status } = await doctor(folder.path, ['--timeout', '200ms']);
    expect(find('endpoints', 'mute')).toMatchObject({ state: 'fail', detail: expect.stringContaining('200 ms') });
    expect(status).toBe(1);
  });

  test('a backend that does not answer is in the way of agentops, exit 3', async () => {
    const port = await closedPort();
    using folder = scratch({
      'agentops.yaml': `version: 1\nfleet: a\nagents: { a: { checks: [ { id: b, heartbeat: { every: 1d } } ] } }\nbackends:\n  lf: { kind: langfuse, url: "http://127.0.0.1:${port}", public_key: "\${P:-p}", secret_key: "\${S:-s}" }\n`,
    });
    const { find, status } = await doctor(folder.path);
    expect(find('backends', 'lf')).toMatchObject({ state: 'fail' });
    expect(status).toBe(3);
  });

  test('--explain tells where each value came from', async () => {
    using folder = scratch({ 'agentops.yaml': `${agents({ a: 'url: "http://127.0.0.1:1/v1"' })}\ndefaults: { timeout: 7s }\n` });
    const { find } = await doctor(folder.path, ['--offline', '--explain', '--timeout', '2s'], { NO_COLOR: '1' });
    expect(find('settings', 'defaults.timeout')?.detail).toBe('7s (manifest)');
    expect(find('settings', 'defaults.window')?.detail).toBe('15m (built in)');
    expect(find('settings', 'timeout of doctor')?.detail).toBe('2s (--timeout)');
    expect(find('settings', 'colour')?.detail).toBe('by NO_COLOR');
  });

  test('--runbooks tells which actions would work, asks no agent and changes nothing', async () => {
    const peer = await models();
    const flags = '{"flags":{"on":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"on"}}}';
    const port = await closedPort();
    using folder = scratch({
      'flags.json': flags,
      'agentops.yaml': [
        agents({ a: `url: "${peer.url}/v1"` }).replace(/ }$/, ', controls: CONTROLS }'),
        `connections: { gateway: { url: "http://127.0.0.1:${port}", read: "\${LOOK}", write: "\${ACT}" } }`,
      ]
        .join('\n')
        .replace(
          'CONTROLS',
          '{ disable: { via: flag-file, path: flags.json, flag: "on" }, throttle: { via: litellm, connection: gateway, key_alias: a } }',
        ),
    });
    const env = { LOOK: 'look-key-0001', ACT: 'act-key-0002' };
    const { status, stdout, find } = await doctor(folder.path, ['--runbooks'], env);
    const { readiness } = JSON.parse(stdout) as { readiness: readonly { action: string; driver: string | null }[] };
    expect(readiness.filter(({ driver }) => driver !== null)).toMatchObject([
      { agent: 'a', action: 'throttle', can_read: 'no', can_write: 'no', last_drilled: null },
      { agent: 'a', action: 'disable', can_read: 'yes', can_write: 'yes', last_drilled: null, target: 'flag on in flags.json' },
    ]);
    expect(find('controls', 'a throttle')?.detail).toContain('refused the connection');
    expect(status).toBe(3);
    const text = await runCli(['doctor', '--runbooks'], { cwd: folder.path, env });
    expect(text.stdout).toMatch(/^a {6}disable {3}flag-file {2}yes {7}yes {8}never {9}flag on in flags\.json$/m);
    expect(text.stdout).toContain('a has nothing bound to kill, rollback_prompt');
    expect(peer.received).toEqual([]);
    expect(readFileSync(join(folder.path, 'flags.json'), 'utf8')).toBe(flags);
  });

  test('leaves what it made closed to others', async () => {
    using folder = scratch({ 'agentops.yaml': agents({ a: 'url: "http://127.0.0.1:1/v1"' }) });
    await doctor(folder.path, ['--offline']);
    expect(statSync(join(folder.path, '.agentops')).mode & 0o777).toBe(0o700);
  });
});
