import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { overrideWrite } from '../../src/controls/actions/overrides.journal.ts';
import { digString, type Json } from '../../src/ground/json.ts';
import { openSqliteJournal } from '../../src/ground/store/sqlite.ts';
import { fakeRandom } from '../support/fake-context.ts';
import { openPeer, type Peer } from '../support/http-peer.ts';
import { openJudgePeer, verdict } from '../support/judge-peer.ts';
import { langfuseAside } from '../support/langfuse-server.ts';
import { json } from '../support/replies.ts';
import { runCli, scratch, startCli } from '../support/run-cli.ts';

const minute = 60_000;

const traceOf = (at: number): string => at.toString(16).padStart(32, '0');

/** A Langfuse of v4 with traces of `support`; the third answer is rude. */
const openBackend = async (traces = 3): Promise<Peer> => {
  const start = new Date(Date.now() - 20 * minute);
  const row = (at: number) => ({
    id: traceOf(at).slice(16),
    traceId: traceOf(at),
    traceName: 'support',
    startTime: new Date(start.getTime() + at).toISOString(),
    endTime: new Date(start.getTime() + at + 900).toISOString(),
    type: 'AGENT',
    name: 'handle',
    parentObservationId: null,
    input: `question ${at}`,
    output: at === 3 ? 'go away' : 'Gladly: 30 days.',
  });
  const rows = Array.from({ length: traces }, (_, at) => row(at + 1));
  return openPeer((request, response) => {
    if (request.method === 'POST') return json({ id: digString(request.json, 'id') })(request, response);
    if (request.path !== '/api/public/v2/observations') return langfuseAside.v4(request, response);
    const from = Date.parse(request.query.get('fromStartTime') ?? '');
    const to = Date.parse(request.query.get('toStartTime') ?? '2999-01-01');
    const asked = rows.filter(({ startTime }) => Date.parse(startTime) >= from && Date.parse(startTime) < to);
    return json({ data: asked, meta: {} })(request, response);
  });
};

const place = (backend: string, judge: string, more: readonly string[] = []) =>
  scratch({
    'agentops.yaml': [
      'version: 1',
      'fleet: acme',
      'capture: io',
      'backends:',
      `  prod: { kind: langfuse, url: "${backend}", public_key: "\${LF_SECRET}", secret_key: "\${LF_SECRET}", include: [io] }`,
      `judges: { strict: { floor: none, endpoint: { protocol: openai-chat, url: "${judge}/v1", model: judge-1, stream: false, params: { max_tokens: 100 } } } }`,
      'prices: { judge-1: { input: 1, output: 10 } }',
      'agents:',
      '  support: { traces: { backend: prod, match: { trace_name: support } }, evals: [ support.yaml ] }',
      ...more,
    ].join('\n'),
    'support.yaml': [
      'defaults: { expect: [ { llm-rubric: The answer is polite } ] }',
      'from: { traces: { sample: 10 } }',
      'agent: support',
    ].join('\n'),
  });

const env = { LF_SECRET: 'sk-lf-secret-0123456789' };

describe('agentops eval online', { timeout: 60_000 }, () => {
  test('after a sync grades production, moves the quality of status, and writes back once', async () => {
    const backend = await openBackend();
    const judge = await openJudgePeer((prompt) => verdict(!prompt.includes('go away')));
    using folder = place(backend.url, judge.url);
    const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });
    const sync = await run('sync');
    expect(sync.status, sync.stderr).toBe(0);
    const rehearsal = await run('eval', 'online', '--rate', '100%', '--dry-run');
    expect(rehearsal.stdout).toContain('3 drawn of 3 requests at 100%');
    expect(judge.received).toHaveLength(0);

    const graded = await run('eval', 'online', '--backend', 'prod', '--rate', '100%', '--max-usd', '3/day', '--write-back');
    expect(graded.status, graded.stderr).toBe(0);
    expect(graded.stdout).toContain('3 answers graded (100% of the traffic); 3 drawn of 3 requests at 100%');
    expect(graded.stdout).toContain('quality  0.67  mean of 3');
    expect(graded.stdout).toMatch(/judges: \$0\.0015 now, \$0\.0015 today, of \$3\.00 a day/);
    expect(graded.stdout).toContain('written back to prod: 3 answers');
    const posted = backend.received.filter(({ method }) => method === 'POST');
    expect(posted.map(({ path, json: body }) => [path, digString(body, 'name')])).toEqual(
      Array.from({ length: 3 }, () => ['/api/public/scores', 'quality']),
    );
    const status = await run('status', '--json');
    expect(status.stdout).toContain('"quality": 0.66');

    const again = await run('eval', 'online', '--rate', '100%', '--max-usd', '3/day', '--write-back', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      agents: [{ graded: 0, graded_before: 3, coverage: 1 }],
      posted: [{ backend: 'prod', answers: 0, failed: 0 }],
    });
    expect(judge.received).toHaveLength(3);
  });

  test('draws the share that an action has set for an agent, until it is restored', async () => {
    const backend = await openBackend(20);
    const judge = await openJudgePeer(() => verdict(true));
    using folder = place(backend.url, judge.url);
    const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });
    const synced = await run('sync');
    expect(synced.status, synced.stderr).toBe(0);
    const set = async (from: number | null, to: number | null) => {
      const journal = await openSqliteJournal(join(folder.path, '.agentops', 'journal.db'), () => Date.now());
      await journal.commit([overrideWrite('support', 'sampling', from, to)]);
      await journal.close();
    };
    const drawn = async (rate: string) => JSON.parse((await run('eval', 'online', '--rate', rate, '--dry-run', '--json')).stdout) as Json;
    expect(await drawn('100%')).toMatchObject({ rate: 1, agents: [{ rate: 1, drawn: 20 }] });
    await set(null, 0);
    expect(await drawn('100%')).toMatchObject({ rate: 1, agents: [{ rate: 0, drawn: 0 }] });
    await set(0, 1);
    expect(await drawn('1%')).toMatchObject({ rate: 0.01, agents: [{ rate: 1, drawn: 20 }] });
    await set(1, null);
    expect(await drawn('100%')).toMatchObject({ agents: [{ rate: 1, drawn: 20 }] });
  });

  test('says what a backend did not take, and writes it back later', async () => {
    let isDown = true;
    const inner = await openBackend();
    const backend = await openPeer((request, response) => {
      if (request.method === 'POST' && isDown)
        return json({ message: 'no such project for sk-lf-secret-0123456789' }, 401)(request, response);
      void fetch(`${inner.url}${request.path}?${request.query}`, {
        method: request.method,
        ...(request.method === 'POST' ? { body: request.body, headers: { 'content-type': 'application/json' } } : {}),
      }).then(async (answer) => json((await answer.json().catch(() => ({}))) as Json, answer.status)(request, response));
    });
    const judge = await openJudgePeer(() => verdict(true));
    using folder = place(backend.url, judge.url);
    const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });
    await run('sync');
    const first = await run('eval', 'online', '--rate', '100%', '--write-back');
    expect(first.status).toBe(0);
    expect(first.stdout).toContain('not written back: 1 answer: ');
    expect(first.stdout).not.toContain('0123456789');
    isDown = false;
    const second = await run('eval', 'online', '--rate', '100%', '--write-back');
    expect(second.stdout).toContain('written back to prod: 3 answers');
  });

  test.each([1, 2, 3])('killed at a random moment and begun again asks about no answer twice (seed %i)', async (seed) => {
    const random = fakeRandom(seed);
    const asked: string[] = [];
    const backend = await openBackend(30);
    const judge = await openJudgePeer((prompt) => (_request, response) => {
      asked.push(/question \d+/.exec(prompt)?.[0] ?? '');
      const message = { role: 'assistant', content: verdict(true) };
      const usage = { prompt_tokens: 300, completion_tokens: 20 };
      setTimeout(() => json({ model: 'judge-1', choices: [{ finish_reason: 'stop', message }], usage })(_request, response), 20);
    });
    using folder = place(backend.url, judge.url);
    await runCli(['sync'], { cwd: folder.path, env });
    const args = ['eval', 'online', '--rate', '100%', '--max-usd', '1/day', '--json'];
    const begun = startCli(args, { cwd: folder.path, env });
    const kill = 1 + Math.floor(random() * 20);
    while (asked.length < kill && begun.child.exitCode === null) await new Promise((done) => setTimeout(done, 2));
    begun.child.kill('SIGKILL');
    await begun.ended;
    const { stdout, status, stderr } = await runCli(args, { cwd: folder.path, env });
    expect(status, stderr).toBe(0);
    const [tally] = (JSON.parse(stdout) as { agents: readonly Record<'graded' | 'graded_before' | 'lost', number>[] }).agents;
    expect((tally?.graded ?? 0) + (tally?.graded_before ?? 0) + (tally?.lost ?? 0)).toBe(30);
    expect(tally?.lost).toBeLessThanOrEqual(4);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test('asks for the secrets of what it writes to before it spends anything', async () => {
    const backend = await openBackend();
    const judge = await openJudgePeer(() => verdict(true));
    using folder = place(backend.url, judge.url);
    await runCli(['sync'], { cwd: folder.path, env });
    const { status, stderr } = await runCli(['eval', 'online', '--rate', '100%', '--write-back'], { cwd: folder.path });
    expect([status, stderr]).toEqual([2, expect.stringContaining('the backend prod: ')]);
    expect(judge.received).toHaveLength(0);
  });

  test('exits 3 at the cap, and 2 where nothing can be graded', async () => {
    const backend = await openBackend();
    const judge = await openJudgePeer(() => verdict(true));
    using folder = place(backend.url, judge.url);
    const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });
    await run('sync');
    const capped = await run('eval', 'online', '--rate', '100%', '--max-usd', '0.0001/day');
    expect(capped.status, capped.stderr).toBe(3);
    expect(capped.stdout).toContain('stopped: the cap of $0.00010 a day leaves no room for a question that may cost $0.00');
    expect(judge.received).toHaveLength(0);
    const nowhere = await run('eval', 'online', '--backend', 'prd');
    expect([nowhere.status, nowhere.stderr]).toEqual([2, expect.stringContaining('there is no backend prd')]);
    appendFileSync(join(folder.path, 'none.yaml'), 'cases: [ { id: a, input: hi, expect: [ { contains: x } ] } ]\n');
    const empty = await run('eval', 'online', '--suite', 'none.yaml');
    expect([empty.status, empty.stderr]).toEqual([
      2,
      expect.stringContaining('none says nothing of every answer: it has no defaults.expect'),
    ]);
    const unbound = await run('eval', 'online', '--expect', 'contains: "{{name}}"');
    expect(unbound.status).toBe(2);
    expect(unbound.stderr).toContain('{{name}}');
    const typed = await run('eval', 'online', '--expect', 'containz: x');
    expect(typed.stderr).toContain('contains');
  });
});

test('a run is posted as an experiment, and what is not changes no verdict', { timeout: 60_000 }, async () => {
  let isDown = false;
  const backend = await openPeer((request, response) => {
    if (isDown) return json({ error: 'gone' }, 403)(request, response);
    return json({ id: '11111111-0000-8000-8000-000000000000', row_ids: [] })(request, response);
  });
  const agent = await openPeer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ model: 'm', choices: [{ finish_reason: 'stop', message: { content: 'pong' } }], data: [{ id: 'm' }] }));
  });
  using folder = scratch({
    'agentops.yaml': [
      'version: 1',
      'fleet: acme',
      `backends: { lab: { kind: braintrust, url: "${backend.url}", api_key: "\${BT_KEY}", project: 99999999-0000-4000-8000-000000000000 } }`,
      `agents: { support: { endpoint: { protocol: openai-chat, url: "${agent.url}/v1", model: m } } }`,
    ].join('\n'),
    's.yaml': 'cases: [ { id: a, input: hi, expect: [ { contains: pong } ] } ]',
  });
  const run = (...args: readonly string[]) =>
    runCli(['eval', 'run', 's.yaml', ...args], { cwd: folder.path, env: { BT_KEY: 'bt-key-0123456789' } });
  const shown = await run('--post', 'lab', '--run', 'first');
  expect(shown.status, shown.stderr).toBe(0);
  expect(shown.stdout).toContain('The run is shown in lab: experiment s first with 1 row.');
  const [, rows] = backend.received;
  expect(rows?.json).toMatchObject({ events: [{ scores: { pass: 1 }, input: { case: 'a', asked: null }, output: null }] });
  isDown = true;
  const kept = await run('--post', 'lab');
  expect(kept.status).toBe(0);
  expect(kept.stdout).toContain('The run is not shown in lab, or not all of it: ');
  const unknown = await run('--post', 'lap');
  expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('there is no backend lap')]);
});
