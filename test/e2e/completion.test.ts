import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
    [['audit', 've'], ['verify']],
    [['incident', 'exp'], ['export-case']],
    [['incident', 'show', ''], []],
    [
      ['incident', 'open', '--class', 'l'],
      ['loop', 'latency'],
    ],
    [['demo', ''], ['incident']],
    [['audit', 'log', '--kind', 'eval'], ['eval.accept']],
    [['audit', 'log', '--subject', 's'], ['support']],
    [['audit', 'verify', '--anchor', ''], [':files']],
    [['schema', 'output', 'audit', 'ver'], ['verify']],
    [['schema', 'output', 'eval', 'acc'], ['accept']],
    [['schema', 'output', 'eval', 'on'], ['online']],
    [['eval', 'online', '--suite', ''], [':files']],
    [
      ['health', ''],
      ['support', 'indexer'],
    ],
    [['health', 'support', ''], ['indexer']],
    [['status', 'su'], ['support']],
    [['status', 'support', ''], []],
    [['mark', 'deploy', 'su'], ['support']],
    [['mark', 'd'], ['deploy']],
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
    [['health', '--output', 'junit=rep'], [':files']],
    [['health', '--output=junit=rep'], [':files']],
    [['health', '-o', 'junit', '=', 'rep'], [':files']],
    [['health', '-o', 'junit=x.xml', '-o', 'm'], ['markdown']],
    [['health', '--tag', ''], ['cx']],
    [
      ['health', '--env', ''],
      ['prod', 'batch'],
    ],
    [['health', '--check', 'r'], ['refund']],
    [['health', '--per'], ['--per-host']],
    [['health', '--mani'], ['--manifest']],
    [['health', '--vers'], ['--version']],
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

type Shell = (cwd: string, words: readonly string[]) => readonly string[];

/** The environment of a person's shell in which the built program is `agentops`. */
const shellEnvironment = (cwd: string): Record<string, string> => {
  const bin = join(cwd, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'agentops'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(join(bin, 'agentops'), 0o755);
  return { PATH: `${bin}:${process.env['PATH']}`, HOME: cwd, TERM: 'xterm', LANG: 'C.UTF-8' };
};

/** What a shell prints that is given a program to run: a line each, without those that are empty. */
const printedBy = (cwd: string, shell: string, options: readonly string[], lines: readonly string[]): readonly string[] => {
  const ended = spawnSync(shell, [...options, '-c', lines.join('\n')], {
    cwd,
    env: shellEnvironment(cwd),
    encoding: 'utf8',
    timeout: 25_000,
  });
  expect([ended.error, ended.status, ended.stderr]).toEqual([undefined, 0, '']);
  return ended.stdout.split('\n').filter((line) => line !== '');
};

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

/** bash hands over the line as words, cut at `=` too. */
const inBash: Shell = (cwd, words) => {
  const cut = words.flatMap((word) => word.split(/(?<==)|(?==)/));
  return printedBy(
    cwd,
    'bash',
    ['--norc'],
    [
      'set -u',
      'source <(agentops completion bash)',
      `COMP_WORDS=(${quoted(['agentops', ...cut])})`,
      `COMP_CWORD=${cut.length}`,
      '_agentops',
      'printf "%s\\n" ${COMPREPLY[@]+"${COMPREPLY[@]}"}',
    ],
  );
};

/** fish tells what it would offer by itself: a line each, with a description after a tab. */
const inFish: Shell = (cwd, words) =>
  printedBy(
    cwd,
    'fish',
    ['--no-config'],
    ['agentops completion fish | source', `complete -C ${quoted([['agentops', ...words].join(' ')])}`],
  ).map((line) => line.replace(/\t.*/, ''));

/**
 * A zsh at a terminal of its own, into which the line and a Tab are typed. What its completion system was given is written down, and
 * what stands on the line afterwards: the words of the one where several fit, the finished word where one does.
 */
const inZsh =
  (install: string): Shell =>
  (cwd, words) => {
    const line = ['agentops', ...words].join(' ');
    const typed = `${line}\\t\\C-x`;
    writeFileSync(
      join(cwd, '.zshrc'),
      [
        install,
        'PROMPT= RPROMPT= KEYTIMEOUT=1',
        'ready() { print READY }; zle -N zle-line-init ready',
        `tell() { print -r -- "\${BUFFER#${line.slice(0, line.lastIndexOf(' ') + 1)}}" > buffer; print TOLD }; zle -N tell; bindkey '^X' tell`,
        'compadd() { local -a given; builtin compadd -O given "$@"; print -rl -- $given >> given; builtin compadd "$@" }',
        "bindkey '^I' complete-word; unsetopt auto_menu menu_complete; setopt list_ambiguous",
      ].join('\n'),
    );
    printedBy(
      cwd,
      'zsh',
      ['-f'],
      [
        'zmodload zsh/zpty',
        'zpty terminal zsh -i',
        'zpty -r terminal seen "*READY*"',
        `zpty -w -n terminal $'${typed}'`,
        'zpty -r terminal seen "*TOLD*"',
        'zpty -d terminal',
      ],
    );
    const [buffer = ''] = linesOf(join(cwd, 'buffer'));
    const given = linesOf(join(cwd, 'given'));
    return buffer.endsWith(' ') ? [buffer.trimEnd()] : [...new Set(given)];
  };

const linesOf = (path: string): readonly string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []);

const sourcedZsh = inZsh('autoload -Uz compinit; compinit -u -D; source <(agentops completion zsh)');
const installedZsh = inZsh(
  'mkdir -p functions; fpath=($PWD/functions $fpath); agentops completion zsh > functions/_agentops; autoload -Uz compinit; compinit -u -D',
);

describe.each([
  ['bash', 'bash', inBash, ['json', 'junit'], ['agentops.yaml']],
  ['fish', 'fish', inFish, ['--output=json', '--output=junit'], ['--manifest=agentops.yaml']],
  ['zsh', 'zsh, sourced', sourcedZsh, ['--output=json', '--output=junit'], ['--manifest=agentops.yaml']],
  ['zsh', 'zsh, in its folder of functions', installedZsh, ['--output=json', '--output=junit'], ['--manifest=agentops.yaml']],
] as const)('%s', (shell, name, complete, assigned, file) => {
  describeWithPeer(`the completion of ${name}`, { programs: [shell] }, () => {
    test.each([
      [['heal'], ['health']],
      [
        ['health', ''],
        ['indexer', 'support'],
      ],
      [['health', 'support', ''], ['indexer']],
      [['health', '--per'], ['--per-host']],
      [
        ['health', '--output', 'j'],
        ['json', 'junit'],
      ],
      [['health', '--output=j'], assigned],
      [['-m', 'agentops.y'], ['agentops.yaml']],
      [['health', '--manifest=agentops.y'], file],
      [['health', '-o', 'junit=agentops.y'], shell === 'bash' ? ['agentops.yaml'] : ['junit=agentops.yaml']],
      [['nosuch', ''], []],
    ])('offers after %j: %j', async (words, offered) => {
      using folder = await loaded();
      expect([...complete(folder.path, words)].sort()).toEqual(offered);
    });
  });
});

test('a shell without a script is told which ones have one', async () => {
  using folder = scratch({});
  const { status, stderr } = await runCli(['completion', 'tcsh'], { cwd: folder.path });
  expect(status).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});
