import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = 'version: 1\nfleet: acme\nagents: { support: { endpoint: { protocol: command, argv: [cat] } } }\n';

test('a suite with mistakes is refused before anything is asked, each told at its place', async () => {
  using place = scratch({
    'agentops.yaml': manifest,
    'suite.yaml':
      'agent: suport\ncases:\n  - { id: a, input: "hi {{nmae}}", vars: { name: x }, expect: [{ contians: hi }] }\nfrom: cases.csv\n',
    'cases.csv': 'id,input,expected\nb,hi,hi,hi\n',
  });
  const { status, stdout, stderr } = await runCli(['eval', 'run', 'suite.yaml', '--agent', 'support'], { cwd: place.path });
  expect([status, stdout]).toEqual([2, '']);
  expect(
    stderr
      .split('\n')
      .filter((line) => /^\s+\S+:\d+:\d+: /.test(line))
      .map((line) => line.trim()),
  ).toEqual([
    'cases.csv:2:1: this record has 4 fields, and the table has 3 columns',
    'suite.yaml:1:8: agent names no agent of this fleet (found "suport")',
    'suite.yaml:3:21: cases[0].input names {{nmae}}, and the case has no such variable',
    'suite.yaml:3:66: cases[0].expect[0].contians names no assertion that this version knows (found "contians")',
  ]);
});

test('code in a suite is refused from somebody who is not trusted', async () => {
  using place = scratch({
    'agentops.yaml':
      'version: 1\nfleet: acme\nagents: { support: { endpoint: { protocol: openai-chat, url: "http://127.0.0.1:9/v1", model: m } } }\n',
    'suite.jsonl': '{"input":"hi","expect":[{"javascript":"true"}]}\n',
  });
  const args = ['eval', 'run', 'suite.jsonl', '--agent', 'support', '--untrusted', '--allow-host', '127.0.0.1'];
  const { status, stderr } = await runCli(args, { cwd: place.path });
  expect(stderr).toContain('suite.jsonl:1:25: expect[0] javascript runs code of the author, which is refused under --untrusted');
  expect(status).toBe(2);
});

test('a file of cases is a suite by itself', async () => {
  using place = scratch({ 'agentops.yaml': manifest, 'words.csv': 'input,__expected\nhello,contains: hello\nbye,equals: bye\n' });
  const { status, stdout } = await runCli(['eval', 'run', 'words.csv', '--agent', 'support', '--json'], { cwd: place.path });
  expect(JSON.parse(stdout)).toMatchObject({ suite: 'words', pass_rate: 1 });
  expect(status).toBe(0);
});

test('the schema of suites is printed, and every field explained', async () => {
  using place = scratch();
  const schema = await runCli(['schema', 'suite'], { cwd: place.path });
  expect(Object.keys(JSON.parse(schema.stdout).properties)).toContain('gate');
  const explained = await runCli(['explain', 'suite.cases.severity'], { cwd: place.path });
  expect(explained.stdout).toContain('critical must pass every repeat');
  const misspelt = await runCli(['explain', 'suite.cases.severty'], { cwd: place.path });
  expect([misspelt.status, misspelt.stderr]).toEqual([2, 'error: there is no "severty" in cases\nhint: did you mean "severity"?\n']);
});

test('validate reads the suites of checks and agents, all of them, and asks nobody for cases that are held elsewhere', async () => {
  const withSuites = (cases: string) => `version: 1
fleet: acme
backends: { prod: { kind: langfuse, url: "http://127.0.0.1:9", public_key: "\${PUBLIC}", secret_key: "\${SECRET}" } }
agents:
  support: { endpoint: { protocol: command, argv: [cat] }, evals: [held.yaml], checks: [ { id: some, suite: ${cases} } ] }
`;
  using place = scratch({
    'agentops.yaml': withSuites('absent.yaml'),
    'held.yaml': 'cases: 3\n',
    'cases.yaml': 'cases: [ { input: hi, expect: [ contains: hi ] } ]\n',
  });
  const wrong = await runCli(['validate'], { cwd: place.path });
  expect([wrong.status, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toContain('held.yaml:1:8: cases must be a list, not 3');
  expect(wrong.stderr).toContain('there is no suite ');
  writeFileSync(join(place.path, 'agentops.yaml'), withSuites('cases.yaml'));
  writeFileSync(join(place.path, 'held.yaml'), 'from: [ { langfuse-dataset: { name: golden } }, { traces: { window: 1d } } ]\n');
  expect(await runCli(['validate'], { cwd: place.path })).toMatchObject({ status: 0, stderr: '' });
});
