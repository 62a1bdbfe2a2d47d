import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentSchemas } from '../../src/views/schemas.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const program = resolve(import.meta.dirname, '../../bin/agentops.js');

const manifest = `version: 1
fleet: acme
agents:
  support: { env: prod, tags: [cx], endpoint: { protocol: http, url: "http://x" }, checks: [ { id: refund } ] }
  indexer: { env: batch, checks: [ { id: nightly, heartbeat: { every: 1d } } ] }
`;

const complete = async (cwd: string, ...words: readonly string[]): Promise<readonly string[]> => {
  const { status, stdout, stderr } = await runCli(['__complete', ...words], { cwd });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '');
};

/** A folder whose fleet has been loaded once, so that its snapshot is there. */
const loaded = async () => {
  const folder = scratch({ 'agentops.yaml': manifest });
  expect((await runCli(['validate'], { cwd: folder.path })).status).toBe(0);
  return folder;
};

describe('what a shell may offer', () => {
  test.each([
    [['heal'], ['health']],
    [['-o', 'json', 'hist'], ['history']],
    [['help', 'exit'], ['exit-codes']],
    [['eva'], ['eval']],
    [
      ['eval', 'run'],
      ['run', 'runs'],
    ],
    [['help', 'eval', 'mer'], ['merge']],
    [['eval', 'run', '--agent', 's'], ['support']],
    [['eval', 'run', '--severity', 'c'], ['critical']],
    [['eval', 'run', ''], [':files']],
    [['schema', 'output', 'eval', 'acc'], ['accept']],
    [['schema', 'output', 'eval', 'on'], ['online']],
    [['eval', 'online', '--suite', ''], [':files']],
    [
      ['health', ''],
      ['support', 'indexer'],
    ],
    [['health', 'support', ''], ['indexer']],
    [['history', 'support', ''], []],
    [
      ['beat', ''],
      ['indexer', 'indexer/nightly'],
    ],
    [
      ['beat', 'indexer', '--status', ''],
      ['ok', 'fail'],
    ],
    [
      ['health', '--output', 'j'],
      ['json', 'junit'],
    ],
    [
      ['health', '--output=j'],
      ['--output=json', '--output=junit'],
    ],
    [
      ['health', '--output', '=', 'j'],
      ['json', 'junit'],
    ],
    [
      ['health', '--output', '='],
      ['text', 'json', 'junit', 'github', 'markdown', 'nagios', 'prometheus'],
    ],
    [['health', '-o', 'pro'], ['prometheus']],
    [['health', '--tag', ''], ['cx']],
    [
      ['health', '--env', ''],
      ['prod', 'batch'],
    ],
    [['health', '--check', 'r'], ['refund']],
    [['health', '--per'], ['--per-host']],
    [['health', '--mani'], ['--manifest']],
    [['health', '--manifest', ''], [':files']],
    [['-m', 'agent'], [':files']],
    [['-m', 'agentops.yaml', 'health', 's'], ['support']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['schema', 'o'], ['output']],
    [
      ['init', '--protocol', 'open'],
      ['openai-chat', 'openai-responses'],
    ],
    [['nosuch', ''], []],
  ])('after %j: %j', async (words, offered) => {
    using folder = await loaded();
    expect(await complete(folder.path, ...words)).toEqual(offered);
  });

  test('is every document after schema output', async () => {
    using folder = scratch({});
    expect([...(await complete(folder.path, 'schema', 'output', ''))].sort()).toEqual(
      [...new Set(Object.keys(documentSchemas).map((name) => name.split(' ')[0]))].sort(),
    );
  });

  test.each([
    ['no manifest', {}],
    ['a broken manifest', { 'agentops.yaml': '{' }],
    ['a manifest that was never loaded', { 'agentops.yaml': manifest }],
  ])('with %s is still commands and flags, and no complaint', async (_, files) => {
    using folder = scratch(files);
    expect(await complete(folder.path, 'health', '')).toEqual([]);
    expect(await complete(folder.path, 'health', '--watc')).toEqual(['--watch']);
    expect(await complete(folder.path, 'health', '-m', 'nowhere.yaml', '')).toEqual([]);
  });

  test('with a broken snapshot is no complaint either', async () => {
    using folder = await loaded();
    const state = join(folder.path, '.agentops');
    for (const name of readdirSync(state)) writeFileSync(join(state, name), '{"format":1,"fleet":');
    expect(await complete(folder.path, 'health', '')).toEqual([]);
  });

  test('of global flags agrees with what help lists', async () => {
    using folder = scratch({});
    const { stdout } = await runCli(['--help'], { cwd: folder.path });
    const listed = [...stdout.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag);
    expect([...(await complete(folder.path, '--'))].sort()).toEqual([...new Set(listed)].sort());
  });
});

/** Sources the script in the shell itself and asks it to complete a line, as a person would with Tab. */
const inBash = (cwd: string, words: readonly string[]): readonly string[] => {
  const bin = join(cwd, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'agentops'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(join(bin, 'agentops'), 0o755);
  const line = [
    'set -u',
    'source <(agentops completion bash)',
    `COMP_WORDS=(${['agentops', ...words].map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length}`,
    '_agentops',
    'printf "%s\\n" ${COMPREPLY[@]+"${COMPREPLY[@]}"}',
  ].join('\n');
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', line], {
    cwd,
    env: { PATH: `${bin}:${process.env['PATH']}`, HOME: cwd },
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((word) => word !== '');
};

describeWithPeer('the bash script', { programs: ['bash'] }, () => {
  test.each([
    [['hea'], ['health']],
    [
      ['health', ''],
      ['support', 'indexer'],
    ],
    [
      ['health', '--output', '=', 'j'],
      ['json', 'junit'],
    ],
    [['-m', 'agentops.y'], ['agentops.yaml']],
    [['--manifest', '=', 'agentops.y'], ['agentops.yaml']],
    [['nosuch', ''], []],
  ])('completes %j to %j', async (words, offered) => {
    using folder = await loaded();
    expect(inBash(folder.path, words)).toEqual(offered);
  });
});

describe.each([
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
])('the %s script', (shell, check) => {
  test('asks the program with the words so far, and knows the answer for files', async () => {
    using folder = scratch({});
    const { stdout } = await runCli(['completion', shell], { cwd: folder.path });
    expect(stdout).toContain('agentops __complete');
    expect(stdout).toContain(':files');
    expect(stdout).toContain('2>/dev/null');
  });

  describeWhereInstalled(`is ${shell}`, shell, () => {
    test('by its own parser', async () => {
      using folder = scratch({});
      const { stdout } = await runCli(['completion', shell], { cwd: folder.path });
      writeFileSync(join(folder.path, 'script'), stdout);
      expect(spawnSync(shell, [...check, join(folder.path, 'script')], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    });
  });
});

test('a shell without a script is told which ones have one', async () => {
  using folder = scratch({});
  const { status, stderr } = await runCli(['completion', 'tcsh'], { cwd: folder.path });
  expect(status).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});

/** zsh and fish are on few machines; where they are, they judge. */
function describeWhereInstalled(name: string, shell: string, suite: () => void): void {
  if (spawnSync(shell, ['--version']).error === undefined) describe(name, suite);
  else describe.skip(name, suite);
}
