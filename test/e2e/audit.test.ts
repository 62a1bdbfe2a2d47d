import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { documentSchemas } from '../../src/views/schemas.ts';
import { parseCsv } from '../support/csv.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { runCli, scratch } from '../support/run-cli.ts';
import { newKey, signersFile } from '../support/ssh-key.ts';

const manifest =
  'version: 1\nfleet: acme\nagents:\n  support: { endpoint: { protocol: command, argv: [cat] } }\n  refunds: { endpoint: { protocol: command, argv: [cat] } }\n';
const env = { AGENTOPS_ACTOR: 'maria', LANG: 'C.UTF-8' };

const shop = async (marks: number) => {
  const folder = scratch({ 'agentops.yaml': manifest });
  const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });
  for (let n = 1; n <= marks; n += 1)
    await run('mark', 'deploy', n % 2 === 0 ? 'refunds' : 'support', '--release', `1.${n}`, '--note', `n${n}`);
  const tamper = (...statements: readonly string[]) => {
    const database = new Database(join(folder.path, '.agentops/journal.db'));
    for (const sql of statements) database.exec(sql);
    database.close();
  };
  return { ...folder, path: folder.path, run, tamper };
};

const verified = async (run: (...args: readonly string[]) => ReturnType<typeof runCli>, ...args: readonly string[]) => {
  const { status, stdout } = await run('audit', 'verify', '--json', ...args);
  return { status, ...documentSchemas['audit verify'].parse(JSON.parse(stdout)) };
};

describe('agentops audit', () => {
  test('tells who did what, newest first, and nothing of what was only asked', async () => {
    using folder = await shop(3);
    await folder.run('mark', 'deploy', 'support', '--release', '1.3');
    await folder.run('mark', 'list');
    const { stdout } = await folder.run('audit', 'log');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/\s{2,}/));
    expect(lines.map((cells) => cells.filter((_, at) => at !== 1))).toEqual([
      ['Seq', 'Who', 'What', 'Whom', 'Details'],
      ...[3, 2, 1].map((n) => [
        `${n}`,
        'maria',
        'mark',
        n === 2 ? 'refunds' : 'support',
        expect.stringMatching(`^deployed_at [^ ]+Z · note n${n} · release 1.${n}$`),
      ]),
    ]);
    const listed = async (...args: readonly string[]) => {
      const document = documentSchemas['audit log'].parse(JSON.parse((await folder.run('audit', 'log', '--json', ...args)).stdout));
      return document.records.map(({ seq }) => seq);
    };
    expect(await listed()).toEqual([3, 2, 1]);
    expect(await listed('--subject', 'support', '--limit', '1')).toEqual([3]);
    expect(await listed('--subject', 'refunds', '--kind', 'mark', '--actor', 'maria', '--since', '1h')).toEqual([2]);
    for (const none of [
      ['--kind', 'eval.accept'],
      ['--actor', 'joe'],
      ['--since', '2999-01-01T00:00:00Z'],
    ])
      expect(await listed(...none)).toEqual([]);
    expect(parseCsv((await folder.run('audit', 'log', '-o', 'csv')).stdout)[1]?.slice(2, 6)).toEqual([
      'maria',
      'mark',
      'support',
      expect.stringContaining('"release":"1.3"'),
    ]);
  });

  test('a run that is accepted is recorded, once', async () => {
    using folder = await shop(0);
    writeFileSync(join(folder.path, 's.yaml'), 'cases: [ { id: a, input: hi, expect: [ { contains: hi } ] } ]');
    await folder.run('eval', 'run', 's.yaml', '--agent', 'support', '--run', 'first');
    for (const to of [[], ['--to', 'baseline.json']]) expect((await folder.run('eval', 'accept', 'first', ...to)).status).toBe(0);
    const { records } = documentSchemas['audit log'].parse(JSON.parse((await folder.run('audit', 'log', '--json')).stdout));
    expect(records.map(({ actor, kind, subject, body }) => ({ actor, kind, subject, body }))).toEqual([
      {
        actor: 'maria',
        kind: 'eval.accept',
        subject: 'support',
        body: { run: 'first', suite: 's', verdict: 'pass', release: null, cases: 1 },
      },
    ]);
  });

  test('ten pipelines that note the same deployment at once note it once', async () => {
    using folder = await shop(0);
    const answers = await Promise.all(Array.from({ length: 10 }, () => folder.run('mark', 'deploy', 'support', '--release', '9')));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(0));
    expect(answers.filter(({ stdout }) => stdout.startsWith('noted:'))).toHaveLength(1);
    expect(await verified(folder.run)).toMatchObject({ whole: true, records: 1 });
  });

  test('what was not altered verifies, also from its export, on a machine that has no manifest', async () => {
    using folder = await shop(3);
    expect(await verified(folder.run)).toMatchObject({
      status: 0,
      fleet: 'acme',
      whole: true,
      records: 3,
      head: { seq: 3 },
      broken: null,
      anchor: null,
    });
    const { status, stdout } = await folder.run('audit', 'export');
    expect([status, stdout.trim().split('\n').length]).toEqual([0, 3]);
    using elsewhere = scratch({ 'audit.jsonl': stdout });
    const there = (...args: readonly string[]) => runCli(args, { cwd: elsewhere.path });
    expect(await verified(there, '--file', 'audit.jsonl')).toMatchObject({
      status: 0,
      fleet: null,
      file: 'audit.jsonl',
      whole: true,
      records: 3,
    });
    writeFileSync(join(elsewhere.path, 'audit.jsonl'), stdout.replace('"note":"n2"', '"note":"n7"'));
    expect(await verified(there, '--file', 'audit.jsonl')).toMatchObject({ status: 1, broken: { seq: 2, problem: 'altered' }, records: 1 });
    writeFileSync(join(elsewhere.path, 'audit.jsonl'), stdout.replace('{', '{ '));
    expect(await verified(there, '--file', 'audit.jsonl')).toMatchObject({
      status: 1,
      broken: { seq: 1, problem: 'unreadable' },
      records: 0,
    });
  });

  test.each([
    ['an altered body', "UPDATE audit SET body = replace(body, 'n2', 'n7') WHERE seq = 2", { seq: 2, problem: 'altered' }],
    ['a body that is none', "UPDATE audit SET body = '{' WHERE seq = 2", { seq: 2, problem: 'altered' }],
    ['another actor', "UPDATE audit SET actor = 'joe' WHERE seq = 1", { seq: 1, problem: 'altered' }],
    ['an impossible moment', 'UPDATE audit SET at = 9223372036854775807 WHERE seq = 3', { seq: 3, problem: 'altered' }],
    ['a record that is gone', 'DELETE FROM audit WHERE seq = 2', { seq: 2, problem: 'missing' }],
    [
      'two that changed places',
      'UPDATE audit SET seq = 9 - seq WHERE seq > 1; UPDATE audit SET seq = seq - 4 WHERE seq > 1',
      { seq: 2, problem: 'altered' },
    ],
  ])('%s in the journal is found, and shown by the log all the same', async (_what, sql, broken) => {
    using folder = await shop(3);
    folder.tamper(sql);
    expect(await verified(folder.run)).toMatchObject({ status: 1, whole: false, broken });
    const { stdout } = await folder.run('audit', 'verify');
    expect(stdout).toMatch(new RegExp(`^✖ broken: record ${broken.seq} `));
    for (const format of ['text', 'json', 'csv']) expect((await folder.run('audit', 'log', '-o', format)).status).toBe(0);
    using elsewhere = scratch({ 'audit.jsonl': (await folder.run('audit', 'export')).stdout });
    expect(await verified((...args) => runCli(args, { cwd: elsewhere.path }), '--file', 'audit.jsonl')).toMatchObject({
      status: 1,
      whole: false,
    });
  });

  test('a journal that cannot be read is no verdict', async () => {
    using folder = await shop(1);
    writeFileSync(join(folder.path, '.agentops/journal.db'), 'these are my notes, please keep them. '.repeat(50));
    for (const verb of ['log', 'verify', 'export']) expect((await folder.run('audit', verb)).status).toBe(3);
  });

  test.each([
    [['audit', 'anchor'], 'error: audit anchor needs --key\n'],
    [['audit', 'anchor', '--key', 'k', '--to', 'f', '--git-tag', 't'], 'error: --to and --git-tag both say'],
    [['audit', 'anchor', '--key', 'k'], 'error: nothing is recorded yet\n'],
    [['audit', 'verify', '--signers', 's'], 'error: --signers needs an anchor'],
    [['audit', 'verify', '--anchor', 'agentops.yaml', '--git-tag', 't'], 'error: --anchor and --git-tag both name'],
    [['audit', 'verify', '--anchor', 'nowhere'], 'error: there is no file'],
    [['audit', 'verify', '--anchor', 'agentops.yaml'], 'error: agentops.yaml is not an anchor'],
    [['audit', 'verify', '--git-tag', 'nowhere'], 'error: git has no annotated tag nowhere'],
  ])('%j is refused', async (args, said) => {
    using folder = await shop(0);
    const { status, stderr } = await folder.run(...args);
    expect(stderr).toContain(said);
    expect(status).toBe(2);
  });
});

describeWithPeer('an anchor', { programs: ['ssh-keygen', 'git'] }, () => {
  const anchored = async () => {
    const folder = await shop(3);
    const { publicKey } = newKey(folder.path, 'key');
    const signers = signersFile(folder.path, `maria@acme.io namespaces="agentops-audit" ${publicKey}`);
    expect(await folder.run('audit', 'anchor', '--key', 'key', '--to', 'anchor.txt')).toMatchObject({ status: 0, stderr: '' });
    await folder.run('mark', 'deploy', 'support', '--release', '2');
    return { ...folder, signers, held: () => verified(folder.run, '--anchor', 'anchor.txt', '--signers', signers) };
  };

  test('is held by a chain that only grew', async () => {
    using folder = await anchored();
    expect(await folder.held()).toMatchObject({
      status: 0,
      records: 4,
      anchor: { source: 'anchor.txt', seq: 3, holds: true, problem: null, signature: 'good', signer: 'maria@acme.io' },
    });
    const { stdout } = await folder.run('audit', 'verify', '--anchor', 'anchor.txt');
    expect(stdout).toMatch(
      /^✔ whole: 4 records.*\n✔ anchor of .* in anchor\.txt: everything up to record 3 is as it was signed\n\? its signature was not/,
    );
  });

  test('shows a chain that was cut off, which is whole by itself', async () => {
    using folder = await anchored();
    folder.tamper('DELETE FROM audit WHERE seq > 2');
    expect(await verified(folder.run)).toMatchObject({ status: 0, records: 2 });
    expect(await folder.held()).toMatchObject({
      status: 1,
      whole: true,
      anchor: { holds: false, problem: 'truncated', signature: 'good' },
    });
  });

  test('shows a chain that was written anew, which is whole by itself', async () => {
    using folder = await anchored();
    folder.tamper('DELETE FROM audit', 'DELETE FROM mark');
    for (const release of ['a', 'b', 'c', 'd']) await folder.run('mark', 'deploy', 'support', '--release', release);
    expect(await verified(folder.run)).toMatchObject({ status: 0, records: 4 });
    expect(await folder.held()).toMatchObject({
      status: 1,
      whole: true,
      anchor: { holds: false, problem: 'rewritten', signature: 'good' },
    });
  });

  test('that somebody else made, or that was altered, is not good', async () => {
    using folder = await anchored();
    newKey(folder.path, 'other');
    await folder.run('audit', 'anchor', '--key', 'other', '--to', 'forged.txt');
    expect(await verified(folder.run, '--anchor', 'forged.txt', '--signers', folder.signers)).toMatchObject({
      status: 1,
      anchor: { holds: true, signature: 'bad', signer: null },
    });
    folder.tamper('DELETE FROM audit WHERE seq > 2');
    const head = (await verified(folder.run)).head;
    const [, ...signature] = readFileSync(join(folder.path, 'anchor.txt'), 'utf8').split('\n');
    writeFileSync(join(folder.path, 'anchor.txt'), [`{"at":"${head?.at}","hash":"${head?.hash}","seq":2}`, ...signature].join('\n'));
    expect(await folder.held()).toMatchObject({ status: 1, anchor: { holds: true, signature: 'bad' } });
  });

  test('is not made of a broken chain, and never written over another', async () => {
    using folder = await anchored();
    const before = readFileSync(join(folder.path, 'anchor.txt'), 'utf8');
    expect(await folder.run('audit', 'anchor', '--key', 'key', '--to', 'anchor.txt')).toMatchObject({ status: 4 });
    expect(readFileSync(join(folder.path, 'anchor.txt'), 'utf8')).toBe(before);
    folder.tamper("UPDATE audit SET actor = 'joe' WHERE seq = 2");
    const { status, stdout, stderr } = await folder.run('audit', 'anchor', '--key', 'key');
    expect([status, stdout]).toEqual([4, '']);
    expect(stderr).toContain('error: a broken chain is not signed: record 2 was altered');
    expect(await folder.held()).toMatchObject({ status: 1, anchor: { holds: null, signature: 'good' } });
  });

  test('is printed where no place is named, and its document says what its schema says', async () => {
    using folder = await anchored();
    const { stdout } = await folder.run('audit', 'anchor', '--key', 'key');
    writeFileSync(join(folder.path, 'printed.txt'), stdout.replaceAll('\n', '\r\n'));
    expect(await verified(folder.run, '--anchor', 'printed.txt', '--signers', folder.signers)).toMatchObject({
      status: 0,
      anchor: { seq: 4, holds: true },
    });
    const document = JSON.parse((await folder.run('audit', 'anchor', '--key', 'key', '--json')).stdout);
    expect(documentSchemas['audit anchor'].strict().parse(document)).toMatchObject({ seq: 4, file: null, git_tag: null });
  });

  test('in a tag of git is read out of it again', async () => {
    using folder = await anchored();
    const git = (...args: readonly string[]) => execFileSync('git', [...args], { cwd: folder.path, stdio: 'pipe' });
    git('init', '-q');
    expect(await folder.run('audit', 'anchor', '--key', 'key', '--git-tag', 'audit-1')).toMatchObject({ status: 2 });
    for (const [name, value] of [
      ['user.name', 'maria'],
      ['user.email', 'maria@acme.io'],
      ['tag.gpgSign', 'true'],
    ] as const)
      git('config', name, value);
    git('commit', '-q', '--allow-empty', '-m', 'first');
    expect(await folder.run('audit', 'anchor', '--key', 'key', '--git-tag', 'audit-1')).toMatchObject({ status: 0 });
    expect(await verified(folder.run, '--git-tag', 'audit-1', '--signers', folder.signers)).toMatchObject({
      status: 0,
      anchor: { source: 'audit-1', seq: 4, holds: true, signer: 'maria@acme.io' },
    });
    for (const name of ['audit-1', '-d', '--delete'])
      expect(await folder.run('audit', 'anchor', '--key', 'key', `--git-tag=${name}`)).toMatchObject({ status: 2 });
    expect(await verified(folder.run, '--git-tag', 'audit-1')).toMatchObject({ status: 0 });
  });
});
