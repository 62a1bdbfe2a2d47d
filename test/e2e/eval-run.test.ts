import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { evalFolder, openEvalAgent } from '../support/eval-agent.ts';
import { fakeRandom } from '../support/fake-context.ts';
import { closedPort } from '../support/http-peer.ts';
import { type CliResult, runCli, startCli } from '../support/run-cli.ts';

const evalRun = (cwd: string, ...args: readonly string[]): Promise<CliResult> => runCli(['eval', 'run', ...args], { cwd });

const documentOf = ({ stdout, stderr }: CliResult): Record<string, unknown> => {
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as Record<string, unknown>;
};

const trialsIn = (cwd: string): readonly { case_id: string; trial: number; status: string }[] => {
  const database = new Sqlite(join(cwd, '.agentops/journal.db'), { readonly: true });
  try {
    return database.prepare('SELECT case_id, trial, status FROM eval_trial').all() as { case_id: string; trial: number; status: string }[];
  } finally {
    database.close();
  }
};

const countOf = (words: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((done) => setTimeout(done, 2));
};

describe('a run that is killed', { timeout: 60_000 }, () => {
  test.each([1, 2, 3, 4, 5, 6])('at a random moment loses and doubles no trial when it goes on (seed %i)', async (seed) => {
    const random = fakeRandom(seed);
    const [cases, repeats, concurrency] = [40, 2, 4];
    const agent = await openEvalAgent(() => ({ afterMs: 2 + Math.floor(random() * 15) }));
    using folder = evalFolder({ support: agent.url }, { cases, repeats });
    const begun = startCli(['eval', 'run', 's.yaml', '--run', 'r', '--concurrency', String(concurrency)], { cwd: folder.path });
    const first = 1 + Math.floor(random() * cases * repeats * 0.7);
    await until(() => agent.asked.length >= first);
    begun.child.kill('SIGKILL');
    await begun.ended;
    const again = startCli(['eval', 'run', '--resume', 'r', '--concurrency', String(concurrency)], { cwd: folder.path });
    const second = agent.asked.length + 1 + Math.floor(random() * 8);
    await until(() => agent.asked.length >= second || again.child.exitCode !== null);
    again.child.kill('SIGKILL');
    await again.ended;
    const last = await evalRun(folder.path, '--resume', 'r', '--json', '--concurrency', String(concurrency));
    expect(documentOf(last)).toMatchObject({ verdict: 'pass', status: 'done' });
    expect(last.status).toBe(0);
    const trials = trialsIn(folder.path);
    expect(new Set(trials.map(({ case_id, trial }) => `${case_id}/${trial}`)).size).toBe(cases * repeats);
    expect(trials).toHaveLength(cases * repeats);
    expect(agent.asked.length).toBeLessThanOrEqual(cases * repeats + 2 * concurrency);
    for (const count of countOf(agent.asked).values()) expect(count).toBeGreaterThanOrEqual(repeats);
  });

  test('is not gone on with by two at once', async () => {
    const agent = await openEvalAgent(() => ({ afterMs: 250 }));
    using folder = evalFolder({ support: agent.url }, { cases: 60 });
    const begun = startCli(['eval', 'run', 's.yaml', '--run', 'r', '--concurrency', '2'], { cwd: folder.path });
    await until(() => agent.asked.length > 0);
    const other = await evalRun(folder.path, '--resume', 'r');
    expect(other.status).toBe(4);
    expect(other.stderr).toContain('another process is at the run r');
    expect((await begun.ended).status).toBe(0);
    expect(agent.asked).toHaveLength(60);
  });

  test('by Ctrl-C keeps what has ended, says 130, and goes on', async () => {
    const agent = await openEvalAgent(() => ({ afterMs: 30 }));
    using folder = evalFolder({ support: agent.url }, { cases: 40 });
    const begun = startCli(['eval', 'run', 's.yaml', '--run', 'r', '--concurrency', '2'], { cwd: folder.path });
    await until(() => agent.answered.length >= 10);
    begun.child.kill('SIGINT');
    expect((await begun.ended).status).toBe(130);
    const kept = trialsIn(folder.path).length;
    expect(kept).toBeGreaterThanOrEqual(8);
    expect(kept).toBeLessThan(40);
    const last = await evalRun(folder.path, '--resume', '--json');
    expect([last.status, documentOf(last)['status']]).toEqual([0, 'done']);
    expect(agent.asked.length).toBeLessThanOrEqual(42);
  });

  test('goes on only with a run of the suite that is named', async () => {
    const agent = await openEvalAgent(() => ({}));
    using folder = evalFolder({ support: agent.url }, { cases: 3 }, 'prices: { m: { input: 1000, output: 0 } }');
    copyFileSync(join(folder.path, 's.yaml'), join(folder.path, 'other.yaml'));
    await evalRun(folder.path, 's.yaml', '--max-usd', '0.15', '--run', 'r');
    for (const flags of [['--resume'], ['--resume', 'r']]) expect((await evalRun(folder.path, 'other.yaml', ...flags)).status).toBe(2);
    expect(agent.asked).toHaveLength(1);
    expect((await evalRun(folder.path, 's.yaml', '--resume', '--max-usd', '1')).status).toBe(0);
    expect(agent.asked).toHaveLength(3);
  });

  test('and whose suite has changed since is refused', async () => {
    const agent = await openEvalAgent(() => ({ afterMs: 30 }));
    using folder = evalFolder({ support: agent.url }, { cases: 40 });
    const begun = startCli(['eval', 'run', 's.yaml', '--run', 'r'], { cwd: folder.path });
    await until(() => agent.answered.length >= 5);
    begun.child.kill('SIGINT');
    await begun.ended;
    using changed = evalFolder({ support: agent.url }, { cases: 39 });
    copyFileSync(join(changed.path, 's.yaml'), join(folder.path, 's.yaml'));
    const { status, stderr } = await evalRun(folder.path, '--resume', 'r');
    expect(status).toBe(2);
    expect(stderr).toContain('the cases of s are not those that the run r was begun with');
  });
});

describe('an agent in trouble', { timeout: 60_000 }, () => {
  test('that is dead ends the run in seconds, with no verdict', async () => {
    using folder = evalFolder({ support: 'http://127.0.0.1:9' }, { cases: 500 });
    const startedAt = performance.now();
    const result = await evalRun(folder.path, 's.yaml', '--json');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(result.status).toBe(3);
    expect(documentOf(result)).toMatchObject({ verdict: 'no-verdict', status: 'broken' });
    expect(result.stdout).toContain('refused the connection');
  });

  test('that breaks down on the way is asked no thousand times, and later gone on with', async () => {
    let isDown = true;
    const agent = await openEvalAgent(() => (isDown && agent.asked.length > 20 ? { status: 500 } : {}));
    using folder = evalFolder({ support: agent.url }, { cases: 300 });
    const result = await evalRun(folder.path, 's.yaml', '--run', 'r', '--json');
    expect([result.status, documentOf(result)['status']]).toEqual([3, 'broken']);
    expect(agent.asked.length).toBeLessThan(60);
    isDown = false;
    const last = await evalRun(folder.path, '--resume', 'r', '--json');
    expect([last.status, documentOf(last)['verdict']]).toEqual([0, 'pass']);
    expect(trialsIn(folder.path).filter(({ status }) => status === 'pass')).toHaveLength(300);
  });

  test('that is asked too much is asked less, and every case is asked in the end', async () => {
    let recent: number[] = [];
    const agent = await openEvalAgent(() => {
      const now = performance.now();
      recent = [...recent.filter((at) => now - at < 100), now];
      return recent.length > 15 ? { status: 429, retryAfter: '1' } : { afterMs: 10 };
    });
    using folder = evalFolder({ support: agent.url }, { cases: 150 });
    const result = await evalRun(folder.path, 's.yaml', '--concurrency', '32', '--json');
    expect([result.status, documentOf(result)['verdict']]).toEqual([0, 'pass']);
    expect(trialsIn(folder.path).filter(({ status }) => status === 'pass')).toHaveLength(150);
    expect(agent.asked.length - agent.answered.length).toBeLessThan(75);
  });

  test('that asks to wait for an hour is not waited for', async () => {
    const agent = await openEvalAgent(() => ({ status: 429, retryAfter: '3600' }));
    using folder = evalFolder({ support: agent.url }, { cases: 50 });
    const result = await evalRun(folder.path, 's.yaml', '--json');
    expect([result.status, documentOf(result)['status']]).toEqual([3, 'broken']);
    expect(result.stdout).toContain('asks to wait');
    expect(agent.asked.length).toBeLessThanOrEqual(4);
  });

  test('never makes a pass rate look worse', async () => {
    const agent = await openEvalAgent((question) => (question === 'question 3' ? { status: 500 } : {}));
    using folder = evalFolder({ support: agent.url }, { cases: 12 });
    const result = documentOf(await evalRun(folder.path, 's.yaml', '--json'));
    expect(result).toMatchObject({ pass_rate: 1 });
    expect((result['cases'] as { case: string; errors: number }[]).find(({ case: id }) => id === 'c3')).toMatchObject({
      errors: 1,
      passes: 0,
    });
  });
});

describe('money', () => {
  const prices = 'prices: { m: { input: 1000, output: 0 } }'; // $0.10 an answer

  test('is capped for the whole run, and more of it lets the run go on', async () => {
    const agent = await openEvalAgent(() => ({ afterMs: 5 }));
    using folder = evalFolder({ support: agent.url }, { cases: 30 }, prices);
    const capped = await evalRun(folder.path, 's.yaml', '--run', 'r', '--max-usd', '1.05', '--concurrency', '8', '--json');
    expect([capped.status, documentOf(capped)['status']]).toEqual([3, 'capped']);
    expect(agent.asked).toHaveLength(10);
    expect(capped.stdout).toContain('the cap of $1.05 leaves no room for another trial: $1.00 are spent');
    const whole = await evalRun(folder.path, '--resume', 'r', '--max-usd', '5', '--json');
    expect([whole.status, documentOf(whole)['cost_usd']]).toEqual([0, 3]);
    expect(agent.asked).toHaveLength(30);
  });

  test('is capped for all parts of a run together', async () => {
    const agent = await openEvalAgent(() => ({}));
    using folder = evalFolder({ support: agent.url }, { cases: 20, head: ['max_usd: $0.85'] }, prices);
    for (const part of ['1/2', '2/2'])
      expect((await evalRun(folder.path, 's.yaml', '--run', 'r', '--shard', part, '--concurrency', '1')).status).toBe(3);
    expect(agent.asked).toHaveLength(8);
    await evalRun(folder.path, '--resume', 'r.1of2', '--max-usd', '1.20', '--concurrency', '1');
    expect(agent.asked).toHaveLength(10);
  });

  test('is capped also where neither the price is known nor a judge is there', async () => {
    const agent = await openEvalAgent(() => ({}));
    const judges = `judges: { j: { endpoint: { protocol: openai-chat, url: "http://127.0.0.1:${await closedPort()}/v1", model: m }, floor: none } }`;
    using folder = evalFolder({ support: agent.url }, { cases: 12, head: ['defaults: { expect: [ { llm-rubric: is polite } ] }'] }, judges);
    const result = await evalRun(folder.path, 's.yaml', '--max-usd', '1', '--json');
    expect([result.status, documentOf(result)['status']]).toEqual([3, 'capped']);
    expect(agent.asked).toHaveLength(1);
  });

  test('that nobody can count cannot be capped: one question is asked and no more', async () => {
    const agent = await openEvalAgent(() => ({}));
    using folder = evalFolder({ support: agent.url }, { cases: 30 });
    const result = await evalRun(folder.path, 's.yaml', '--max-usd', '1', '--json', '--concurrency', '8');
    expect(result.status).toBe(3);
    expect(result.stdout).toContain('is not known, so a cap on money cannot be kept');
    expect(agent.asked).toHaveLength(1);
  });
});

describe('a selection', () => {
  test('that is empty is wrong usage, and nothing is sent', async () => {
    const agent = await openEvalAgent(() => ({}));
    using folder = evalFolder({ support: agent.url }, { cases: 3 });
    const { status, stderr } = await evalRun(folder.path, 's.yaml', '--tag', 'nothing');
    expect([status, agent.asked]).toEqual([2, []]);
    expect(stderr).toContain('no case of s is selected');
    const empty = await evalRun(folder.path, 's.yaml', '--tag', 'nothing', '--allow-empty', '--json');
    expect([empty.status, agent.asked]).toEqual([0, []]);
    expect(documentOf(empty)).toMatchObject({
      verdict: 'pass',
      reason: 'No case of s is selected; --allow-empty calls that good.',
      cases: [],
    });
  });

  test('of an agent that is not there names those that are', async () => {
    using folder = evalFolder({ support: 'http://127.0.0.1:9' }, { cases: 1 });
    expect((await evalRun(folder.path, '--agent', 'suport')).stderr).toContain('did you mean support?');
  });

  test('of several suites is no document, on stdout or in a file', async () => {
    using folder = evalFolder({ support: 'http://127.0.0.1:9' }, { cases: 1 });
    for (const output of ['json', 'junit=x.xml']) {
      const { status, stderr } = await evalRun(folder.path, 's.yaml', 's.yaml', '--output', output);
      expect([status, stderr]).toEqual([2, expect.stringContaining(`2 suites are meant, and ${output} is a document about one`)]);
    }
  });

  test('of what failed asks that again', async () => {
    const agent = await openEvalAgent((question, nth) => ({ say: question.endsWith('2') && nth === 0 ? 'no' : 'pong' }));
    using folder = evalFolder({ support: agent.url }, { cases: 25, head: ['gate: { max_extra_repeats: 0 }'] });
    await evalRun(folder.path, 's.yaml');
    const before = agent.asked.length;
    await evalRun(folder.path, 's.yaml', '--only-failed');
    expect(agent.asked.slice(before).sort()).toEqual(['question 12', 'question 2', 'question 22']);
  });
});

describe('a gate', { timeout: 60_000 }, () => {
  test('finds what broke, and says who it was', async () => {
    let isBroken = false;
    const agent = await openEvalAgent((question) => ({ say: isBroken && question === 'question 4' ? 'sorry' : 'pong' }));
    using folder = evalFolder({ support: agent.url }, { cases: 12, repeats: 3 });
    expect((await evalRun(folder.path, 's.yaml')).status).toBe(0);
    for (let runs = 0; runs < 3; runs++) {
      expect((await runCli(['eval', 'accept', 'latest', '--to', 'baseline.json'], { cwd: folder.path })).status).toBe(0);
      expect((await evalRun(folder.path, 's.yaml')).status).toBe(0);
    }
    isBroken = true;
    const red = await evalRun(folder.path, 's.yaml', '--json');
    expect(red.status).toBe(1);
    expect(documentOf(red)).toMatchObject({ verdict: 'fail', regressions: [{ case: 'c4' }] });
    // The same from the committed file alone, keeping nothing.
    const ephemeral = await evalRun(folder.path, 's.yaml', '--json', '--baseline', 'baseline.json', '--no-store');
    expect([ephemeral.status, documentOf(ephemeral)['regressions']]).toMatchObject([1, [{ case: 'c4' }]]);
    // And derived again offline.
    const explained = documentOf(await runCli(['eval', 'explain', 'latest', '--json'], { cwd: folder.path }));
    expect(explained).toMatchObject({ verdict: 'fail', reason: documentOf(red)['reason'] });
  });

  test('confirms the fail of a critical case before it is red', async () => {
    const agent = await openEvalAgent((question, nth) => ({ say: question === 'question 0' && nth === 1 ? 'sorry' : 'pong' }));
    using folder = evalFolder({ support: agent.url }, { cases: 10, repeats: 3, more: (at) => (at === 0 ? ', severity: critical' : '') });
    const result = documentOf(await evalRun(folder.path, 's.yaml', '--json'));
    expect(agent.asked.filter((each) => each === 'question 0')).toHaveLength(9);
    expect(agent.asked).toHaveLength(36);
    expect(result['verdict']).toBe('pass');
  });

  test('holds two agents against each other, asked in turns', async () => {
    const order: string[] = [];
    const old = await openEvalAgent(() => {
      order.push('old');
      return {};
    });
    const fresh = await openEvalAgent((question) => {
      order.push('new');
      return { say: Number(question.slice(9)) % 2 === 0 ? 'sorry' : 'pong' };
    });
    using folder = evalFolder({ old: old.url, fresh: fresh.url }, { cases: 20, repeats: 2 });
    const result = await evalRun(folder.path, 's.yaml', '--agent', 'fresh', '--against', 'old', '--json', '--concurrency', '1');
    expect([result.status, documentOf(result)['verdict']]).toEqual([1, 'fail']);
    expect([old.asked.length, fresh.asked.length]).toEqual([40, 40]);
    expect(order.slice(0, 20)).toContain('old');
    expect(order.slice(0, 20)).toContain('new');
  });

  test('judges the parts of a run as the run they are', async () => {
    const say = (question: string) => ({ say: Number(question.slice(9)) % 7 === 0 ? 'sorry' : 'pong' });
    const agent = await openEvalAgent(say);
    using folder = evalFolder(
      { support: agent.url },
      { cases: 23, repeats: 2, head: ['gate: { min_pass_rate: 97%, max_extra_repeats: 0 }'] },
    );
    const whole = documentOf(await evalRun(folder.path, 's.yaml', '--run', 'whole', '--json'));
    for (const part of ['1/3', '2/3']) expect((await evalRun(folder.path, 's.yaml', '--run', 'cut', '--shard', part)).status).toBe(0);
    const early = await runCli(['eval', 'merge', 'cut'], { cwd: folder.path });
    expect([early.status, early.stderr]).toEqual([3, expect.stringContaining('1 part of 3 of the run cut is not here: 3')]);
    using elsewhere = evalFolder(
      { support: agent.url },
      { cases: 23, repeats: 2, head: ['gate: { min_pass_rate: 97%, max_extra_repeats: 0 }'] },
    );
    expect((await evalRun(elsewhere.path, 's.yaml', '--run', 'cut', '--shard', '3/3')).status).toBe(0);
    const merged = documentOf(
      await runCli(['eval', 'merge', 'cut', '--from', join(elsewhere.path, '.agentops'), '--json'], { cwd: folder.path }),
    );
    for (const key of ['verdict', 'reason', 'pass_rate', 'pass_rate_ci', 'pass_hat_k', 'flake_rate', 'regressions'])
      expect(merged[key], key).toEqual(whole[key]);
    const resultsOf = ({ cases }: Record<string, unknown>) =>
      (cases as Record<string, unknown>[]).map(({ case: id, trials, passes, errors, status }) => [id, trials, passes, errors, status]);
    expect(resultsOf(merged)).toEqual(resultsOf(whole));
    expect((await runCli(['eval', 'accept', 'cut'], { cwd: folder.path })).status).toBe(0);
    const again = documentOf(await runCli(['eval', 'merge', 'cut', '--json'], { cwd: folder.path }));
    expect(again['baseline'], 'a run is no baseline of itself').toBeNull();
  });
});

describe('a machine of CI', () => {
  test('shows the report on the page of the job', async () => {
    const agent = await openEvalAgent(() => ({}));
    using folder = evalFolder({ support: agent.url }, { cases: 3 });
    const summary = join(folder.path, 'summary.md');
    writeFileSync(summary, '# before\n');
    expect((await runCli(['eval', 'run', 's.yaml'], { cwd: folder.path, env: { GITHUB_STEP_SUMMARY: summary } })).status).toBe(0);
    expect(readFileSync(summary, 'utf8')).toMatch(/^# before\n[\s\S]*support/);
  });

  test('is told its verdict also where the page of the job cannot be written', async () => {
    const agent = await openEvalAgent(() => ({}));
    using folder = evalFolder({ support: agent.url }, { cases: 3 });
    const env = { GITHUB_STEP_SUMMARY: join(folder.path, 'nowhere/summary.md') };
    const result = await runCli(['eval', 'run', 's.yaml', '--json'], { cwd: folder.path, env });
    expect([result.status, documentOf(result)['verdict']]).toEqual([0, 'pass']);
    expect(result.stderr).toContain('the summary of the job is missing');
  });

  test('is told of a missing judge before anything is sent', async () => {
    const agent = await openEvalAgent(() => ({}));
    using folder = evalFolder({ support: agent.url }, { cases: 3, head: ['defaults: { expect: [ { llm-rubric: is polite } ] }'] });
    const { status, stderr } = await evalRun(folder.path, 's.yaml');
    expect([status, agent.asked]).toEqual([2, []]);
    expect(stderr).toContain('s cannot be judged: llm-rubric needs a judge, and there is none');
  });
});

describe('a suite in the manifest', () => {
  const folderOf = (url: string) => {
    const folder = evalFolder({}, { cases: 30 });
    writeFileSync(
      join(folder.path, 'agentops.yaml'),
      `version: 1\nfleet: acme\nagents:\n  support:\n    endpoint: { protocol: openai-chat, url: "${url}/v1", model: m }\n    evals: [s.yaml]\n    checks: [ { suite: s.yaml, sample: 4, every: 1d } ]\n`,
    );
    return folder;
  };

  test('is run where no suite is named', async () => {
    const agent = await openEvalAgent(() => ({}));
    using folder = folderOf(agent.url);
    const result = await evalRun(folder.path, '--json');
    expect(documentOf(result)).toMatchObject({ suite: 's', agent: 'support', verdict: 'pass' });
    expect(agent.asked).toHaveLength(30);
  });

  test('is a health check too: some of its cases, the same ones in the same slot', async () => {
    let isBroken = false;
    const agent = await openEvalAgent(() => ({ say: isBroken ? 'sorry' : 'pong' }));
    using folder = folderOf(agent.url);
    expect((await runCli(['health'], { cwd: folder.path })).status).toBe(0);
    isBroken = true;
    const red = await runCli(['health', '--json'], { cwd: folder.path });
    expect(red.status).toBe(1);
    const [first, second] = [agent.asked.slice(0, 4), agent.asked.slice(4)];
    expect(new Set(first).size).toBe(4);
    expect([...second].sort()).toEqual([...first].sort());
    expect(JSON.parse(red.stdout)).toMatchObject({
      agents: [{ state: 'red', checks: [{ check: 's', status: 'fail', reason: expect.stringContaining('4 of 4 cases failed') }] }],
    });
  });
});

test('a suite that is watched is not run again for what its run has written', { timeout: 60_000 }, async () => {
  const agent = await openEvalAgent(() => ({}));
  using folder = evalFolder({ support: agent.url }, { cases: 2 });
  const watching = startCli(['eval', 'run', 's.yaml', '--watch', '--output', 'csv=out.csv'], { cwd: folder.path });
  await until(() => existsSync(join(folder.path, 'out.csv')));
  const written = Date.now();
  // Longer than it takes to look twice: that nothing happens can be seen in no other way.
  await until(() => Date.now() > written + 1500);
  watching.child.kill('SIGINT');
  await watching.ended;
  expect(agent.asked).toHaveLength(2);
});

test('a suite that is watched is run again when a file beside it changes', { timeout: 60_000 }, async () => {
  const agent = await openEvalAgent(() => ({}));
  using folder = evalFolder({ support: agent.url }, { cases: 2 });
  const watching = startCli(['eval', 'run', 's.yaml', '--watch', '--json'], { cwd: folder.path });
  await until(() => agent.answered.length === 2);
  using changed = evalFolder({ support: agent.url }, { cases: 3 });
  copyFileSync(join(changed.path, 's.yaml'), join(folder.path, 's.yaml'));
  await until(() => agent.answered.length === 5);
  watching.child.kill('SIGINT');
  const { status, stdout } = await watching.ended;
  expect(status).toBe(130);
  // The last round may be one that Ctrl-C met.
  const [first = ''] = stdout.split('\n');
  expect((JSON.parse(first) as { cases: unknown[] }).cases).toHaveLength(2);
});
