import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentSchemas } from '../../src/views/schemas.ts';
import { closedPort } from '../support/http-peer.ts';
import { openJudgePeer, verdict } from '../support/judge-peer.ts';
import { runCli, scratch } from '../support/run-cli.ts';

/** An agent and its judge in one: what has no parts is a question to the agent. */
const openBoth = (judge: (prompt: string) => string = (prompt) => verdict(prompt.includes('30 days.'))) =>
  openJudgePeer((prompt) => (prompt.includes('<<<END NAME') ? judge(prompt) : 'You have 30 days.'));

const manifest = (agentUrl: string, judges: string, expectation = 'llm-rubric: names the deadline') =>
  [
    'version: 1',
    'fleet: acme',
    `judges: { ${judges} }`,
    'agents:',
    '  support:',
    `    endpoint: { protocol: openai-chat, url: "${agentUrl}/v1", model: m }`,
    `    checks: [ { id: a, input: How long?, expect: [ { ${expectation} } ] }, { id: b, input: How long?, expect: [ { contains: days } ] } ]`,
  ].join('\n');

const strict = (url: string, more = '') =>
  `strict: { endpoint: { protocol: openai-chat, url: "${url}/v1", model: m, api_key: "\${JUDGE_KEY}" }${more} }`;

const labels = (agree: boolean, count = 40) =>
  Array.from({ length: count }, (_, at) =>
    JSON.stringify({
      input: 'How long?',
      answer: at % 2 === 0 ? `You have 30 days. (${at})` : `Two weeks. (${at})`,
      rubric: 'names the deadline',
      label: (at % 2 === 0) === (agree || at % 3 > 0) ? 'pass' : 'fail',
    }),
  ).join('\n');

const env = { JUDGE_KEY: 'judge-key-4711' };
const checksOf = (stdout: string) =>
  (JSON.parse(stdout) as { agents: { checks: { check: string; status: string; reason: string; assertions: { message: string }[] }[] }[] })
    .agents[0]?.checks ?? [];

describe('a check that a model judges', () => {
  test('decides nothing until its judge is calibrated, here or in a file, and by that very judge', async () => {
    const peer = await openBoth();
    using folder = scratch({ 'agentops.yaml': manifest(peer.url, strict(peer.url)), 'labels.jsonl': labels(true) });
    const health = async () => checksOf((await runCli(['health', '--json'], { cwd: folder.path, env })).stdout)[0];
    expect(await health()).toMatchObject({ status: 'skipped', reason: 'nothing it expects may decide: judge strict is not calibrated' });

    const calibrated = await runCli(['eval', 'calibrate', '--labels', 'labels.jsonl', '--to', 'strict.json', '--json'], {
      cwd: folder.path,
      env,
    });
    expect(calibrated.status).toBe(0);
    const document = documentSchemas['eval calibrate'].parse(JSON.parse(calibrated.stdout));
    expect(document.results).toMatchObject([{ assertion: 'llm-rubric', decides: true, labels: 40, kappa: 1, requests: 40 }]);
    expect(await health()).toMatchObject({ status: 'pass' });

    const elsewhere = manifest(peer.url, strict(peer.url, ', calibration: strict.json'));
    using ci = scratch({ 'agentops.yaml': elsewhere, 'strict.json': readFileSync(join(folder.path, 'strict.json'), 'utf8') });
    const fresh = await runCli(['health', '--json', '--no-store'], { cwd: ci.path, env });
    expect(fresh.status).toBe(0);
    expect(checksOf(fresh.stdout)[0]).toMatchObject({ status: 'pass' });

    writeFileSync(join(ci.path, 'agentops.yaml'), elsewhere.replace('model: m, api_key', 'model: m-2, api_key'));
    const other = await runCli(['health', '--json', '--no-store'], { cwd: ci.path, env });
    expect(checksOf(other.stdout)[0]?.reason).toContain('is not calibrated');
  });

  test('a judge that people do not agree with stays advisory, exit 1', async () => {
    const peer = await openBoth();
    using folder = scratch({ 'agentops.yaml': manifest(peer.url, strict(peer.url)), 'labels.jsonl': labels(false) });
    const { status, stdout } = await runCli(['eval', 'calibrate', '--labels', 'labels.jsonl'], { cwd: folder.path, env });
    expect(status).toBe(1);
    expect(stdout).toContain('strict is advisory: it does not agree enough with people');
    const health = await runCli(['health', '--json'], { cwd: folder.path, env });
    expect(checksOf(health.stdout)[0]?.reason).toContain('does not agree enough with people: its kappa is between');
  });

  test('floor: none trusts it as it is; a second look asks nobody', async () => {
    const peer = await openBoth(() => verdict(false, 0.1, 'It does not.'));
    using folder = scratch({ 'agentops.yaml': manifest(peer.url, strict(peer.url, ', floor: none')) });
    const first = await runCli(['health', '--json'], { cwd: folder.path, env });
    expect(first.status).toBe(1);
    expect(checksOf(first.stdout)[0]).toMatchObject({ status: 'fail', reason: 'the judge says fail, with a score of 0.10: It does not.' });
    const judged = () => peer.received.filter(({ body }) => body.includes('<<<END NAME')).length;
    expect(judged()).toBe(1);
    await runCli(['health'], { cwd: folder.path, env });
    expect(judged()).toBe(1);
  });

  test.each([
    ['down', async () => `http://127.0.0.1:${await closedPort()}`],
    ['answering garbage', async () => (await openBoth(() => 'It is fine, I guess.')).url],
  ])('a judge that is %s is no fault of the agent: exit 3', async (_, judgeUrl) => {
    const peer = await openBoth();
    using folder = scratch({ 'agentops.yaml': manifest(peer.url, strict(await judgeUrl(), ', floor: none')) });
    const { status, stdout } = await runCli(['health', '--json'], { cwd: folder.path, env });
    expect(status).toBe(3);
    expect(checksOf(stdout)[0]).toMatchObject({ status: 'error', reason: expect.stringContaining('could not be judged: strict: ') });
  });

  test("needs the judge's secret only where it asks the judge, and says so before anything is sent", async () => {
    const peer = await openBoth();
    using folder = scratch({ 'agentops.yaml': manifest(peer.url, strict(peer.url)) });
    const judged = await runCli(['health', '--check', 'a'], { cwd: folder.path });
    expect(judged.status).toBe(2);
    expect(judged.stderr).toMatch(/agentops\.yaml:3:\d+: judge strict: .*JUDGE_KEY/);
    expect(peer.received).toHaveLength(0);
    expect((await runCli(['health', '--check', 'b'], { cwd: folder.path })).status).toBe(0);
  });

  test.each([
    ['llm-rubric: x', 'words: { embeddings: { url: "http://127.0.0.1:9/v1", model: e } }', 'llm-rubric needs a judge, and there is none'],
    [
      'similar: x',
      'strict: { endpoint: { protocol: anthropic, url: "http://127.0.0.1:9", model: c } }',
      'similar needs an entry of judges: with embeddings',
    ],
    [
      'type: llm-rubric, value: x, judge: strct',
      'strict: { endpoint: { protocol: anthropic, url: "http://127.0.0.1:9", model: c } }',
      'did you mean "strict"',
    ],
  ])('%s without whom it asks is refused by validate', async (expectation, judges, told) => {
    using folder = scratch({ 'agentops.yaml': manifest('http://127.0.0.1:9', judges, expectation) });
    const { status, stderr } = await runCli(['validate'], { cwd: folder.path });
    expect(status).toBe(2);
    expect(stderr).toContain(told);
  });
});

test('doctor looks after judges; a broken one is our own trouble', async () => {
  const peer = await openJudgePeer(() => (request, response) => {
    response.writeHead(request.path === '/v1/models' ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: [{ id: 'm' }] }));
  });
  const words = `words: { embeddings: { url: "${peer.url}/v1", model: e } }`;
  using folder = scratch({ 'agentops.yaml': manifest(peer.url, `${strict(peer.url)}, ${words}`) });
  const well = await runCli(['doctor'], { cwd: folder.path, env });
  expect(well.stdout).toMatch(/Judges[\s\S]*strict.*openai-chat[\s\S]*words.*embeddings/);
  writeFileSync(join(folder.path, 'agentops.yaml'), manifest(peer.url, strict(`http://127.0.0.1:${await closedPort()}`)));
  expect((await runCli(['doctor'], { cwd: folder.path, env })).status).toBe(3);
});

test.each([
  ['', 'labels are needed', 2],
  ['--labels nowhere.jsonl', 'nowhere.jsonl', 2],
  ['--labels bad.jsonl', 'bad.jsonl:2: answer must be text', 2],
  ['--labels empty.jsonl', 'holds no answer with a label', 2],
  ['--labels good.jsonl --judge strct', 'did you mean "strict"', 2],
])('eval calibrate %s: exit 2', async (flags, told, status) => {
  const files = {
    'agentops.yaml': manifest('http://127.0.0.1:9', strict('http://127.0.0.1:9')),
    'bad.jsonl': '{"answer":"a","rubric":"r"}\n{"answer":1,"rubric":"r"}',
    'empty.jsonl': '{"answer":"a","rubric":"r","label":"skip"}',
    'good.jsonl': labels(true),
  };
  using folder = scratch(files);
  const ended = await runCli(['eval', 'calibrate', ...flags.split(' ').filter((word) => word !== '')], { cwd: folder.path, env });
  expect(ended.stderr).toContain(told);
  expect(ended.status).toBe(status);
});

test('a judge that answers nobody is not found wanting: exit 3', async () => {
  using folder = scratch({
    'agentops.yaml': manifest('http://127.0.0.1:9', strict(`http://127.0.0.1:${await closedPort()}`)),
    'labels.jsonl': labels(true, 4),
  });
  expect((await runCli(['eval', 'calibrate', '--labels', 'labels.jsonl'], { cwd: folder.path, env })).status).toBe(3);
});

test('eval label wants a terminal', async () => {
  using folder = scratch({ 'agentops.yaml': manifest('http://127.0.0.1:9', strict('http://127.0.0.1:9')), 'labels.jsonl': labels(true) });
  const { status, stderr } = await runCli(['eval', 'label', 'labels.jsonl'], { cwd: folder.path, env });
  expect(status).toBe(2);
  expect(stderr).toContain('labels are asked for in a terminal');
});
