import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { trouble } from '../../src/desk/demo/demo-fleet.ts';
import { type RunningCli, runCli, scratch, startCli } from '../support/run-cli.ts';

const states = {
  support: 'green',
  'kb-search': 'green',
  'policy-bot': 'red',
  refunds: 'red',
  orders: 'red',
  stock: 'red',
  summarizer: 'yellow',
  invoices: 'green',
  onboarding: 'green',
  'release-notes': 'green',
  'nightly-index': 'green',
};

/** Where demos of a test put their folders. */
const place = () => {
  const folder = scratch();
  return { ...folder, options: { cwd: folder.path, env: { TMPDIR: folder.path, NODE_DISABLE_COMPILE_CACHE: '1' } } };
};

/** The block of the README that begins so. */
const sampleInReadme = (beginning: string): string =>
  readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    .split('```')
    .find((block) => block.trimStart().startsWith(beginning)) ?? '';

/** The lines of an output without what differs from run to run: figures with their units, and the width of columns. */
const shapeOf = (output: string): readonly string[] =>
  output
    .trim()
    .split('\n')
    .map((line) => line.replace(/<?\d[\d.,]*(?: (?:ms|[smhd])\b)?/g, '#').replace(/ +/g, ' '));

/** What its columns and its rows are called: states and figures of a week depend on the time of day. */
const rowsOf = (table: string): readonly string[] => shapeOf(table).map((line) => (/^\S \w+ ([\w-]+) /.exec(line) ?? [line])[1] ?? line);

interface ToldAgent {
  readonly agent: string;
  readonly state: string;
  readonly suppressed_by: string | null;
}
const agentsOf = (stdout: string) => (JSON.parse(stdout) as { agents: readonly ToldAgent[] }).agents;

/** A demo that was left running, with what its shell file says. */
const keep = async (folder: string, options: Parameters<typeof startCli>[1]) => {
  const demo = startCli(['demo', '--keep'], options);
  await said(demo, 'until you press Ctrl-C');
  const [name = ''] = readdirSync(folder).filter((each) => each.startsWith('agentops-demo-'));
  const text = readFileSync(join(folder, name, 'env.sh'), 'utf8');
  const variables = Object.fromEntries([...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, key = '', value = '']) => [key, value]));
  const ports = Object.entries(variables).flatMap(([key, value]) => (/_PORT$/.test(key) ? [Number(value)] : []));
  return { demo, variables, ports };
};

const said = ({ child, ended }: RunningCli, words: string): Promise<void> =>
  new Promise((done, failed) => {
    let text = '';
    child.stderr?.on('data', (piece: Buffer) => {
      text += piece.toString();
      if (text.includes(words)) done();
    });
    void ended.then(({ stderr }) => failed(new Error(`it ended without saying ${words}: ${stderr}`)));
  });

const listens = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => done(socket.destroy() !== null)).on('error', () => done(false));
  });
const listening = async (ports: readonly number[]) => (await Promise.all(ports.map(listens))).filter(Boolean).length;

/** Processes that were started for the demo with this token, by their environment (Linux). */
const processesOf = (token: string): readonly string[] =>
  !existsSync('/proc/self/environ')
    ? []
    : readdirSync('/proc').filter((pid) => {
        try {
          return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(token);
        } catch {
          return false; // it ended meanwhile, or belongs to somebody else
        }
      });

describe('agentops demo', () => {
  test('shows a fleet being checked, explains what is wrong, and leaves nothing behind', async () => {
    using folder = place();
    const { status, stdout } = await runCli(['demo'], { ...folder.options, env: { ...folder.options.env, LANG: 'C.UTF-8' } });
    expect(status).toBe(0);
    const [health = '', status7d = ''] = stdout.split(/\n(?=acme-shop · last 7d|What you see)/);
    expect(shapeOf(sampleInReadme('✖ acme-shop:'))).toEqual(shapeOf(health));
    expect(rowsOf(sampleInReadme('acme-shop · last 7d'))).toEqual(rowsOf(status7d));
    for (const [agent, state] of Object.entries(states)) expect(stdout).toMatch(new RegExp(`^\\S ${state} +${agent} `, 'm'));
    expect(stdout).toMatch(/3 red, 1 yellow, 6 green, 1 suppressed of 11 agents/);
    // Then the week of the fleet: what its traces show is told by name.
    const [, week = ''] = stdout.split('last 7d');
    expect(week).toMatch(/^. \w+ +summarizer .* 2\.\d\dx /m);
    expect(week).toMatch(/^. \w+ +onboarding .* 180 /m);
    const [, told = ''] = week.split('What its traces of the last week tell\n');
    for (const { agent } of trouble) expect(told).toMatch(new RegExp(`^  ${agent} `, 'm'));
    const [, explained = ''] = stdout.split('What you see\n');
    const wrong = Object.entries(states).filter(([, state]) => state !== 'green');
    for (const [agent] of wrong) expect(explained).toMatch(new RegExp(`^  ${agent} `, 'm'));
    expect(explained).toContain('agentops health, which it ran, would have exited 1');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('runs twice at once, and tells programs the same', async () => {
    using folder = place();
    const both = await Promise.all([runCli(['demo', '--json'], folder.options), runCli(['demo', '--json'], folder.options)]);
    for (const { status, stdout } of both) {
      expect(status).toBe(0);
      expect(Object.fromEntries(agentsOf(stdout).map(({ agent, state }) => [agent, state]))).toEqual(states);
      expect(agentsOf(stdout).filter(({ suppressed_by }) => suppressed_by !== null)).toMatchObject([
        { agent: 'orders', suppressed_by: 'stock' },
      ]);
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('is not led astray by a proxy, a manifest or state of its caller', async () => {
    using folder = place();
    const env = { ...folder.options.env, http_proxy: 'http://127.0.0.1:9', AGENTOPS_MANIFEST: '/no/such/file', DEMO_STOCK_PORT: '1' };
    const { status, stdout } = await runCli(['demo', '--json'], { ...folder.options, env });
    expect(status).toBe(0);
    expect(Object.fromEntries(agentsOf(stdout).map(({ agent, state }) => [agent, state]))).toEqual(states);
  });
});

describe('agentops demo --keep', () => {
  test('lets another shell ask the agents until Ctrl-C, which ends them all', async () => {
    using folder = place();
    const { demo, variables, ports } = await keep(folder.path, folder.options);
    const other = { ...folder.options, env: { ...folder.options.env, ...variables } };
    const asked = await runCli(['health', 'support', 'kb-search', '--json'], other);
    expect(asked.stderr).not.toContain('error');
    const status = await runCli(['status', '--by', 'model', '--window', '30d', '--json'], other);
    expect((JSON.parse(status.stdout) as { rows: readonly { key: string }[] }).rows.map(({ key }) => key)).toContain('claude-haiku-4-5');
    expect(agentsOf(asked.stdout).map(({ state }) => state)).toEqual(['green', 'green']);
    expect(await listening(ports)).toBe(ports.length - 1);
    expect(processesOf(variables['DEMO_TOKEN'] ?? '')).toHaveLength(process.platform === 'linux' ? ports.length - 1 : 0);

    demo.child.kill('SIGINT');
    expect((await demo.ended).status).toBe(130);
    expect(await listening(ports)).toBe(0);
    expect(processesOf(variables['DEMO_TOKEN'] ?? '')).toEqual([]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('leaves no agent running even where it is killed', async () => {
    using folder = place();
    const { demo, variables, ports } = await keep(folder.path, folder.options);
    demo.child.kill('SIGKILL');
    await demo.ended;
    await vi.waitFor(async () => expect(await listening(ports)).toBe(0), { timeout: 5000 });
    await vi.waitFor(() => expect(processesOf(variables['DEMO_TOKEN'] ?? '')).toEqual([]), { timeout: 5000 });
  });

  test('stops what it has started when it is interrupted early', async () => {
    using folder = place();
    const demo = startCli(['demo'], folder.options);
    await said(demo, 'starting the demo fleet');
    demo.child.kill('SIGTERM');
    expect((await demo.ended).status).toBe(143);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
