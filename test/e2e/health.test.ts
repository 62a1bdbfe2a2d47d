import { EventEmitter, once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openPeer, type Reply } from '../support/http-peer.ts';
import { runCli, scratch, startCli } from '../support/run-cli.ts';

const completion = (content: string) =>
  JSON.stringify({
    model: 'm-1',
    choices: [{ finish_reason: 'stop', message: { content } }],
    usage: { prompt_tokens: 3, completion_tokens: 2 },
  });

const say =
  (content: string): Reply =>
  (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(completion(content));
  };

interface Asked {
  readonly name: string;
  readonly url: string;
  readonly rest?: string;
  readonly check?: string;
}

const manifest = (agents: readonly Asked[]): string =>
  [
    'version: 1',
    'fleet: acme',
    'agents:',
    ...agents.flatMap(({ name, url, rest = '', check = '' }) => [
      `  ${name}:`,
      `    endpoint: { protocol: openai-chat, url: "${url}/v1", model: m${rest} }`,
      '    checks:',
      `      - { id: pong, input: ping, expect: [{ contains: pong }]${check} }`,
    ]),
  ].join('\n');

const healthOf = (stdout: string) =>
  JSON.parse(stdout) as {
    state: string;
    complete: boolean;
    agents: {
      agent: string;
      state: string;
      reasons: string[];
      suppressed_by: string | null;
      checks: { status: string; outcome: string; streak: number }[];
    }[];
  };

describe('agentops health', () => {
  test('a fleet where all is well is green, exit 0', async () => {
    const peer = await openPeer(say('pong'));
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'echo', url: peer.url }]) });
    const result = await runCli(['health', '--json'], { cwd: folder.path });
    expect(result.status).toBe(0);
    expect(healthOf(result.stdout)).toMatchObject({
      state: 'green',
      agents: [{ agent: 'echo', state: 'green', checks: [{ status: 'pass', outcome: 'ok' }] }],
    });
    expect(peer.received).toHaveLength(1);
    expect(peer.received[0]?.headers).toMatchObject({
      'x-agentops-synthetic': '1',
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    });
  });

  test('a wrong answer and a dead agent are red, exit 1; the agent beside them is not touched by it', async () => {
    const wrong = await openPeer(say('nothing of the kind'));
    const right = await openPeer(say('pong'));
    using folder = scratch({
      'agentops.yaml': manifest([
        { name: 'wrong', url: wrong.url },
        { name: 'dead', url: 'http://127.0.0.1:9' },
        { name: 'right', url: right.url },
      ]),
    });
    const result = await runCli(['health', '--json'], { cwd: folder.path });
    expect(result.status).toBe(1);
    expect(healthOf(result.stdout).agents.map(({ agent, state }) => [agent, state])).toEqual([
      ['wrong', 'red'],
      ['dead', 'red'],
      ['right', 'green'],
    ]);
  });

  test('an agent that does not let us in is unknown, exit 3: that is our fault, not its', async () => {
    const peer = await openPeer((_request, response) => response.writeHead(401).end('{}'));
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'locked', url: peer.url }]) });
    const result = await runCli(['health', '--json'], { cwd: folder.path });
    expect(result.status).toBe(3);
    expect(healthOf(result.stdout).agents[0]).toMatchObject({ state: 'unknown', checks: [{ status: 'error', outcome: 'unauthorized' }] });
  });

  test('yellow is exit 0, and 1 where --fail-on names it', async () => {
    const peer = await openPeer(say('pong'));
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'slow', url: peer.url, check: ', degraded: { latency: 1ms }' }]) });
    expect((await runCli(['health'], { cwd: folder.path })).status).toBe(0);
    expect((await runCli(['health', '--fail-on', 'yellow'], { cwd: folder.path })).status).toBe(1);
  });

  test('an expectation of weight 0 is told and fails nothing, now and in the history', async () => {
    const peer = await openPeer(say('pong'));
    const rest = '\n      - { id: polite, input: ping, expect: [{ type: contains, value: please, weight: 0 }] }';
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'curt', url: peer.url }]) + rest });
    const result = await runCli(['health', '--json'], { cwd: folder.path });
    expect(result.status).toBe(0);
    const informs = { assertion: 'contains: please', pass: false, score: 0, informative: true };
    expect(healthOf(result.stdout).agents[0]?.checks[1]).toMatchObject({ status: 'pass', reason: '', assertions: [informs] });
    const past = JSON.parse((await runCli(['history', 'curt', '--json'], { cwd: folder.path })).stdout);
    expect(past.checks[1].results[0].assertions).toMatchObject([informs]);
    expect(past.checks[0].results[0].assertions).toMatchObject([{ pass: true, informative: false }]);
  });

  test('nagios has exit codes of its own', async () => {
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'dead', url: 'http://127.0.0.1:9' }]) });
    const result = await runCli(['health', '--output', 'nagios'], { cwd: folder.path });
    expect(result.status).toBe(2);
    expect(result.stdout).toMatch(/^AGENTOPS CRITICAL/);
  });

  test('nothing selected, an unknown agent, an unknown format: exit 2, nothing sent, nearest name told', async () => {
    const peer = await openPeer(say('pong'));
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'support', url: peer.url }]) });
    const none = await runCli(['health', '--tag', 'nobody'], { cwd: folder.path });
    const typo = await runCli(['health', 'suport'], { cwd: folder.path });
    const format = await runCli(['health', '--output', 'csv'], { cwd: folder.path });
    expect([none.status, typo.status, format.status]).toEqual([2, 2, 2]);
    expect(typo.stderr).toContain('did you mean support?');
    expect(format.stderr).toContain('it can answer as text, json');
    expect(peer.received).toEqual([]);
  });

  test('a secret that is not set is told with its place before anything is sent', async () => {
    const peer = await openPeer(say('pong'));
    using folder = scratch({
      'agentops.yaml': manifest([
        { name: 'open', url: peer.url },
        { name: 'locked', url: peer.url, rest: ', api_key: "${LOCKED_KEY}"' },
      ]),
    });
    const result = await runCli(['health'], { cwd: folder.path });
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/agentops\.yaml:9:15: the endpoint of locked: the environment variable LOCKED_KEY is not set/);
    expect(peer.received).toEqual([]);
  });

  test.each([
    ['HTTP_PROXY', 'http://[proxy', 'HTTP_PROXY is not a URL'],
    ['https_proxy', 'socks5://proxy:1080', 'https_proxy is a socks5 address, and only http and https proxies can be used'],
  ])('a proxy that cannot be used is told before anything is sent: %s=%s', async (name, value, said) => {
    const peer = await openPeer(say('pong'));
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'echo', url: peer.url }]) });
    const result = await runCli(['health'], { cwd: folder.path, env: { [name]: value } });
    expect(result).toEqual({ status: 2, stdout: '', stderr: `error: ${said}\nhint: export ${name}=http://host:port, or unset it\n` });
    expect(peer.received).toEqual([]);
  });

  test('a proxy that cannot be used is nothing to a fleet of programs', async () => {
    using folder = scratch({
      'agentops.yaml':
        'version: 1\nfleet: acme\nagents:\n  tool:\n    endpoint: { protocol: command, argv: [echo, pong] }\n    checks: [{ id: pong, input: ping, expect: [{ contains: pong }] }]\n',
    });
    expect((await runCli(['health'], { cwd: folder.path, env: { HTTP_PROXY: 'http://[proxy' } })).status).toBe(0);
  });

  test('errors are JSON where the answer is', async () => {
    using folder = scratch();
    const result = await runCli(['health', '--json'], { cwd: folder.path });
    expect(result.status).toBe(2);
    expect(result.stdout).toBe('');
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { code: 'manifest_not_found', exit: 2, hint: expect.any(String) } });
  });

  test('Ctrl-C: what had ended is stored, the rest is not, exit 130', async () => {
    const asked = new EventEmitter();
    let requests = 0;
    const peer = await openPeer((request, response) => {
      requests += 1;
      if (requests === 1) return say('pong')(request, response);
      asked.emit('second');
    });
    using folder = scratch({
      'agentops.yaml': manifest([
        { name: 'first', url: peer.url },
        { name: 'second', url: peer.url },
        { name: 'third', url: peer.url },
      ]),
    });
    const { child, ended } = startCli(['health', '--concurrency', '1'], { cwd: folder.path });
    await once(asked, 'second');
    child.kill('SIGINT');
    const result = await ended;
    expect(result.status).toBe(130);
    const histories = await Promise.all(
      ['first', 'second', 'third'].map((agent) => runCli(['history', agent, '--json'], { cwd: folder.path })),
    );
    expect(histories.map(({ stdout }) => (JSON.parse(stdout) as { checks: { results: unknown[] }[] }).checks[0]?.results.length)).toEqual([
      1, 0, 0,
    ]);
  });

  test('ten at once on one state folder: no lock error, nothing lost', async () => {
    const peer = await openPeer(say('pong'));
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'echo', url: peer.url }]) });
    const results = await Promise.all(Array.from({ length: 10 }, () => runCli(['health', '--json'], { cwd: folder.path })));
    expect(results.map(({ status, stderr }) => [status, /error/.test(stderr)])).toEqual(Array(10).fill([0, false]));
    const history = await runCli(['history', 'echo', '--json'], { cwd: folder.path });
    expect((JSON.parse(history.stdout) as { checks: { results: unknown[] }[] }).checks[0]?.results).toHaveLength(10);
  });

  test.each([
    ['pong', 0],
    ['nothing', 1],
  ])('a reader that has seen enough is no error, and changes no verdict: %s is exit %d', async (answer, status) => {
    const peer = await openPeer(say(answer));
    using folder = scratch({
      'agentops.yaml': manifest(Array.from({ length: 60 }, (_, index) => ({ name: `agent-${index}`, url: peer.url }))),
    });
    const { child, ended } = startCli(['health', '--json'], { cwd: folder.path });
    child.stdout?.destroy();
    await once(child, 'exit');
    expect((await ended).status).toBe(status);
  });

  test('--watch answers with one JSON document a line, without the secrets an agent repeats, until Ctrl-C', async () => {
    const peer = await openPeer(say('my token is canary-4711-token'));
    using folder = scratch({
      'agentops.yaml': manifest([{ name: 'echo', url: peer.url, rest: ', api_key: "${TOKEN}"' }]),
    });
    const { child, ended } = startCli(['health', '--watch', '10ms', '--json'], { cwd: folder.path, env: { TOKEN: 'canary-4711-token' } });
    let lines = 0;
    child.stdout?.on('data', (piece: Buffer) => {
      lines += String(piece).split('\n').length - 1;
      if (lines >= 3) child.kill('SIGINT');
    });
    const { status, stdout } = await ended;
    expect(status).toBe(130);
    expect(stdout).not.toContain('canary-4711');
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => healthOf(line));
    expect(documents.length).toBeGreaterThanOrEqual(3);
    expect(documents.map(({ state }) => state)).toEqual(documents.map(() => 'yellow'));
  });

  test('an empty shard is told with what to do', async () => {
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'echo', url: 'http://127.0.0.1:9' }]) });
    const results = await Promise.all(['1/2', '2/2'].map((shard) => runCli(['health', '--shard', shard], { cwd: folder.path })));
    expect(results.map(({ status }) => status)).toEqual([1, 2]);
    expect(results[1]?.stderr).toContain('no check is left for shard 2/2');
  });

  test('the state folder is for its owner alone', async () => {
    const peer = await openPeer(say('pong'));
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'echo', url: peer.url }]) });
    await runCli(['health'], { cwd: folder.path });
    const state = join(folder.path, '.agentops');
    expect(statSync(state).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(state)) expect([name, statSync(join(state, name)).mode & 0o077]).toEqual([name, 0]);
  });
});

describe('without the native module', () => {
  const broken = {
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent("import m from 'node:module'; m.register('data:text/javascript,' + encodeURIComponent('export const resolve = (s, c, n) => { if (s === \"better-sqlite3\") throw new Error(\"gone\"); return n(s, c); };'));")}`,
  };

  test('what needs no store works, and what does says how to mend it', async () => {
    const peer = await openPeer(say('pong'));
    using folder = scratch({ 'agentops.yaml': manifest([{ name: 'echo', url: peer.url }]) });
    expect((await runCli(['health', '--no-store'], { cwd: folder.path, env: broken })).status).toBe(0);
    expect((await runCli(['validate'], { cwd: folder.path, env: broken })).status).toBe(0);
    const result = await runCli(['health'], { cwd: folder.path, env: broken });
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('better-sqlite3 cannot be loaded');
    expect(result.stderr).toContain('npm rebuild better-sqlite3');
    expect(peer.received).toHaveLength(1);
  });
});

describe('secrets', () => {
  const key = 'c4n4ry/+key=&%~x';
  const path = 'c4n4ry-in-the-url';
  /** How a secret may be written, and the part of that which no neighbour can change. */
  const spellingsOf = (secret: string): readonly { said: string; sought: string }[] => {
    const plain = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex')].map((said) => ({ said, sought: said }));
    const base64 = ['', 'x', 'xx'].map((before) => {
      const said = Buffer.from(`${before}${secret}yy`).toString('base64');
      return { said, sought: said.slice(4, -4) };
    });
    return [...plain, ...base64];
  };
  const held = [key, path].flatMap(spellingsOf);
  const filesIn = (folder: string): readonly string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
    );

  test('an agent that repeats them in every spelling gets them into no output and no file', async () => {
    const repeated = held.map(({ said }) => `<${said}>`).join(' ');
    const parrot = await openPeer(say(repeated));
    const rude = await openPeer((_request, response) => response.writeHead(500).end(JSON.stringify({ error: { message: repeated } })));
    using folder = scratch({
      'agentops.yaml': manifest([
        { name: 'parrot', url: parrot.url, rest: ', api_key: "${CANARY_KEY}"' },
        { name: 'rude', url: `${rude.url}/\${CANARY_PATH}` },
        { name: 'gone', url: `http://127.0.0.1:9/\${CANARY_PATH}` },
      ]),
    });
    const env = { CANARY_KEY: key, CANARY_PATH: path };
    const outputs: string[] = [];
    const keep = async (...args: readonly string[]) => {
      const { stdout, stderr } = await runCli(args, { cwd: folder.path, env });
      outputs.push(stdout, stderr);
    };
    for (const format of ['text', 'json', 'junit', 'github', 'markdown', 'nagios', 'prometheus']) {
      await keep('health', '--verbose', '--debug', '--output', format);
    }
    for (const format of ['text', 'json', 'csv', 'markdown']) await keep('history', 'parrot', '--output', format);
    await keep('validate', '--json');
    await keep('validate', '--untrusted', '--json');

    // What is not masked is there, or the test would prove nothing.
    expect(outputs.join('')).toContain('***');
    expect(rude.received[0]?.path).toContain(path);
    expect(parrot.received[0]?.headers.authorization).toBe(`Bearer ${key}`);
    const leaks = held.filter(({ sought }) => outputs.some((text) => text.includes(sought)));
    const files = filesIn(join(folder.path, '.agentops'));
    expect(files.length).toBeGreaterThan(1);
    const stored = held.filter(({ sought }) => files.some((file) => readFileSync(file).includes(sought)));
    expect([leaks, stored]).toEqual([[], []]);
  });
});
