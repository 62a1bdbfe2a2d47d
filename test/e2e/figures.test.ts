import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Validator } from '@cfworker/json-schema';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { figuresManifest, fillFigures, traceIdOf } from '../support/figures-fleet.ts';
import { runCli, scratch, startCli } from '../support/run-cli.ts';

let folder: ReturnType<typeof scratch>;
beforeAll(async () => {
  folder = scratch({ 'agentops.yaml': figuresManifest });
  await fillFigures(folder.path, Date.now() * 1000);
});
afterAll(() => folder[Symbol.dispose]());

const run = (...words: readonly string[]) => runCli(words, { cwd: folder.path });

const json = async (...words: readonly string[]) => {
  const { status, stdout, stderr } = await run(...words, '--json');
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};

/** The schema with every map closed, so that a key that is not in the contract is seen. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, closed(child)]));
  return 'properties' in inner ? { ...inner, additionalProperties: false } : inner;
};

describe('the documents of filled figures are what their schemas say', () => {
  test.each([
    ['status', ['status']],
    ['status', ['status', '--by', 'model', '--window', '7d']],
    ['status', ['status', '--by', 'score']],
    ['cost', ['cost']],
    ['cost', ['cost', '--by', 'prompt-version', '--bucket', 'hour', '--filter', 'user=ada']],
    ['unpriced', ['cost', '--unpriced']],
    ['trend', ['trend', 'p95', '--agent', 'support', '--window', '24h']],
    ['compare', ['compare', 'v1', 'v2', '--agent', 'support']],
    ['traces', ['traces', 'list']],
    ['trace', ['traces', 'show', traceIdOf(11)]],
    ['unmatched', ['traces', 'unmatched']],
    ['topology', ['traces', 'topology']],
  ])('%s: %j', async (name, words) => {
    const schema = closed(JSON.parse((await run('schema', 'output', name)).stdout));
    const validator = new Validator(schema as ConstructorParameters<typeof Validator>[0], '2020-12', false);
    expect(validator.validate(await json(...words)).errors).toEqual([]);
  });
});

describe('agentops status', () => {
  test('judges agents by their traces, and says how fresh and complete figures are', async () => {
    const status = await json('status', '--window', '4h');
    expect(status.agents.map(({ agent, state, requests }: Record<string, unknown>) => [agent, state, requests])).toEqual([
      ['support', 'yellow', 36],
      ['research', 'green', 8],
      ['idle', 'unknown', 0],
      ['(unmatched)', null, 4],
    ]);
    expect(status).toMatchObject({ basis: expect.any(String), pending_buckets: 0, totals: { requests: 48 } });
    expect(status.priced_share).toBeCloseTo(0.75, 5);
    expect(status.freshness_s).toBeLessThan(120);
  });

  test('sorts, chooses columns and filters; a name that there is not is refused', async () => {
    const { stdout } = await run('status', '--by', 'user', '--sort', 'cost:asc', '--columns', 'requests,cost', '--filter', 'agent=support');
    expect(
      stdout
        .split('\n')
        .slice(2, 5)
        .map((line) => line.split(/\s+/)[0]),
    ).toEqual(['USER', 'bob', 'ada']);
    expect(stdout).not.toContain('P95');
    expect(await run('status', '--columns', 'requets')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('did you mean requests?'),
    });
    expect(await run('status', '--filter', 'colour=red')).toMatchObject({ status: 2, stdout: '' });
    expect(await run('status', 'suport')).toMatchObject({ status: 2, stderr: expect.stringContaining('support') });
  });

  test('tells Prometheus', async () => {
    const { stdout } = await run('status', '--output', 'prometheus', '--window', '4h');
    expect(stdout).toContain('agentops_agent_state{agent="support",state="yellow"} 1\n');
    expect(stdout).toContain('agentops_window_requests{agent="support"} 36\n');
  });
});

test('agentops status --watch --json writes a document a line, and ends when nobody reads them any more', async () => {
  const { child, ended } = startCli(['status', '--watch', '10ms', '--json'], { cwd: folder.path });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout as Readable });
  for await (const line of lines) {
    expect(JSON.parse(line)).toHaveProperty('totals');
    break;
  }
  child.stdout?.destroy();
  expect((await ended).status).toBe(0);
}, 20_000);

describe('agentops cost', () => {
  test('comes to the same whatever it is grouped by, and to the sum of its rows exactly', async () => {
    const totals = [];
    for (const by of ['agent', 'model', 'provider', 'user', 'release', 'env', 'error', 'caller']) {
      const cost = await json('cost', '--by', by, '--window', '48h');
      expect(cost.rows.reduce((sum: number, row: { cost_nanos: number }) => sum + row.cost_nanos, 0)).toBe(cost.total_nanos);
      totals.push(cost.total_nanos);
    }
    expect(new Set(totals).size).toBe(1);
    expect(totals[0]).toBe(Array.from({ length: 80 }, (_, at) => (at % 4 === 0 ? 0 : 5_000_000 + at * 1000)).reduce((a, b) => a + b));
  });

  test('knows no cost where no price is known: never $0', async () => {
    const { rows } = await json('cost', '--by', 'model', '--window', '48h', '--bucket', 'week');
    const costs = (model: string) =>
      rows.filter((row: { model: string }) => row.model === model).map((row: { cost_usd: unknown }) => row.cost_usd);
    expect(new Set(costs('home-made'))).toEqual(new Set([null]));
    expect(costs('gpt-4o')).not.toContain(null);
    const { stdout } = await run('cost', '--by', 'model', '--window', '48h');
    expect(stdout).toMatch(/^home-made +- +- +- +20 +- /m);
    expect((await run('cost', '--filter', 'model=home-made')).stdout).toMatch(/^\S+: cost unknown/);
  });

  test('lists the models that no price is known of', async () => {
    const { models } = await json('cost', '--unpriced', '--window', '48h');
    expect(models).toMatchObject([{ model: 'home-made', unpriced_calls: 20, priced_calls: 0 }]);
  });

  test('holds the month against its budgets', async () => {
    expect((await json('cost')).budgets.map(({ of, per }: Record<string, string>) => `${of} ${per}`)).toEqual(['fleet day', 'fleet month']);
  });
});

describe('agentops trend', () => {
  test('draws no plot of nothing', async () => {
    expect((await run('trend', 'cost', '--filter', 'user=nobody')).stdout).toMatch(/\n\nnothing is known of it in this time\n$/);
    expect((await run('trend', 'requests', '--filter', 'user=nobody')).stdout).toMatch(/\n\n0 all this time\n$/);
    expect((await run('trend', 'cost', '--filter', 'user=ada')).stdout).toContain('whole window');
  });
});

describe('agentops traces', () => {
  test('shows a trace by the beginning of its id, with who caused its failure', async () => {
    const { stdout, status } = await run('traces', 'show', traceIdOf(11));
    expect(status).toBe(0);
    expect(stdout).toContain('the failure began in research');
    expect(stdout).toContain('search_kb was called 2 times with the same arguments');
  });

  test('search needs texts, and names the setting that keeps them', async () => {
    expect(await run('traces', 'search', 'refund')).toMatchObject({ status: 2, stderr: expect.stringContaining('capture: io') });
  });

  test.each([
    [['traces', 'show', 'feed'], 'the cache holds no trace "feed"'],
    [['traces', 'show'], 'show needs the id of a trace'],
    [['traces', 'lst'], 'traces has no "lst"'],
    [['traces', 'unmatched', '--output', 'csv'], 'no --output csv'],
  ])('%j is refused, exit 2', async (words, message) => {
    expect(await run(...words)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});
