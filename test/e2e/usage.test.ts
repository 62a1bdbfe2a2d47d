import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { version } from '../../src/cli/version.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const program = resolve(import.meta.dirname, '../../bin/agentops.js');

/** stderr of a call that is refused before anything happens. */
const refusal = async (...args: readonly string[]): Promise<string> => {
  using folder = scratch();
  const { status, stdout, stderr } = await runCli(args, { cwd: folder.path });
  expect([status, stdout]).toEqual([2, '']);
  return stderr;
};

/** A shell line with the program as `$0 $1`, for what only a shell can arrange. */
const inShell = (line: string, cwd: string): Promise<{ status: unknown; stderr: string }> =>
  new Promise((done) => {
    execFile('/bin/sh', ['-c', line, process.execPath, program], { cwd }, (failed, _stdout, stderr) =>
      done({ status: failed?.code ?? 0, stderr }),
    );
  });

describe('a call that cannot be', () => {
  test.each([
    [['health', '--timeout', '5'], 'error: --timeout cannot be "5"\nhint: write it like 30s, 15m or 2h, a day at most\n'],
    [['health', '--timeout', '25d'], 'error: --timeout cannot be "25d"\nhint: write it like 30s, 15m or 2h, a day at most\n'],
    [['health', '--watch', '25d'], 'error: --watch cannot be "25d"\nhint: write it like 30s, 15m or 2h, a day at most\n'],
    [['health', '--shard=9/1'], 'error: --shard cannot be "9/1"\nhint: write it like 1/4\n'],
    [['heatlh'], "error: unknown command 'heatlh'\nhint: Did you mean health?\n"],
    [['help', 'heatlh'], "error: unknown command 'heatlh'\nhint: Did you mean health?\n"],
    [['eval', 'rnu'], "error: unknown command 'rnu'\nhint: Did you mean run?\n"],
    [['eval', 'zzzz'], "error: unknown command 'zzzz'\nhint: agentops eval --help lists the commands\n"],
    [['eval', 'run', '--nope'], "error: unknown option '--nope'\nhint: agentops eval run --help tells what it takes\n"],
    [['beat'], "error: missing required argument 'agent[/check]'\nhint: agentops beat --help tells what it takes\n"],
    [['--no-color'], 'error: no command is named\nhint: agentops --help lists the commands\n'],
  ])('%j is told what is wrong with it, and what to type', async (args, said) => {
    expect(await refusal(...args)).toBe(said);
  });

  test('is told in JSON wherever the word for it stands', async () => {
    expect(JSON.parse(await refusal('--json'))).toMatchObject({ error: { code: 'usage', message: 'no command is named', exit: 2 } });
    expect(JSON.parse(await refusal('health', '-o', 'json', '--timeout', '5'))).toMatchObject({ error: { code: 'flag_invalid', exit: 2 } });
  });
});

test.each([['--version'], ['-V'], ['health', '--version'], ['-V', 'health', 'support'], ['beat', '--version'], ['--quiet', '--version']])(
  'the version is told wherever it is asked for: %j %j',
  async (...args) => {
    using folder = scratch();
    expect(await runCli(args, { cwd: folder.path })).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  },
);

test('no help shows a length of time as a bare number', async () => {
  using folder = scratch();
  for (const command of ['health', 'history', 'doctor']) {
    const { stdout } = await runCli(['help', command], { cwd: folder.path });
    expect(stdout).not.toMatch(/default: \d{4,}/);
  }
});

test('a working directory that is gone is a sentence, not a bug', async () => {
  using folder = scratch();
  mkdirSync(join(folder.path, 'gone'));
  const { status, stderr } = await inShell('cd gone && rmdir ../gone && "$0" "$1" health', folder.path);
  expect(status).toBe(3);
  expect(stderr).toContain('error: the working directory is not there any more\nhint: go to a folder that is there: cd\n');
});

test.skipIf(process.platform !== 'linux')('a full disk under the answer is a sentence, not a bug', async () => {
  using folder = scratch();
  const { status, stderr } = await inShell('"$0" "$1" explain > /dev/full', folder.path);
  expect(status).toBe(3);
  expect(stderr).toMatch(/^error: the answer could not be written to standard output: ENOSPC.*\nhint: check the free space/);
});

test('no flag is given to V8 that a newer Node does not know: it would complain of it on stderr of every command', async () => {
  const asNewerNode = `
    Object.defineProperty(process.versions, 'node', { value: '24.0.0' });
    require('node:v8').setFlagsFromString = (flag) => console.error(flag);
    require('node:module').syncBuiltinESMExports();`;
  using folder = scratch({ 'newer-node.cjs': asNewerNode });
  const told = await runCli(['--version'], { cwd: folder.path, env: { NODE_OPTIONS: '--require ./newer-node.cjs' } });
  expect(told).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test('a flag of many words leaves room for its text at 80 columns', async () => {
  using folder = scratch();
  for (const command of ['status', 'cost', 'compare']) {
    const { stdout } = await runCli(['help', command], { cwd: folder.path });
    const options = stdout.slice(stdout.indexOf('Options:'), stdout.indexOf('Examples:'));
    expect(options.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(options).toMatch(/--by <key> [\s\S]*prompt-version/);
  }
});

test('a flag that takes one of some long words does so too', async () => {
  using folder = scratch();
  const { stdout } = await runCli(['schedule', 'print', '--help'], { cwd: folder.path });
  const options = stdout.slice(0, stdout.indexOf('Examples:'));
  expect(options.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
