import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { actorOf } from '../../../src/ground/audit/actor.ts';
import { findRecords, readChain } from '../../../src/ground/audit/audit.journal.ts';
import { type Act, bodyOf, firstBreak } from '../../../src/ground/audit/chain.ts';
import { recordAct } from '../../../src/ground/audit/record-act.ts';
import { verifyChain } from '../../../src/ground/audit/verify-chain.ts';
import type { Journal, Write } from '../../../src/ground/store/port.ts';
import { openSqliteJournal } from '../../../src/ground/store/sqlite.ts';
import { noon } from '../../support/facts.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { temporaryFolder, temporaryJournal } from '../../support/temporary.ts';

const act = (subject: string, body: Act['body'] = {}): Act => ({ kind: 'mark', subject, body });
const beat = (id: string): Write => ({
  sql: "INSERT INTO beat (id, agent, check_id, at, status, note) VALUES (?, 'a', 'c', 1, 'ok', '') ON CONFLICT DO NOTHING",
  params: [id],
  rows: 1,
});
const everything = { since: null, kind: null, subject: null, actor: null, limit: 1000 };
const beats = async (journal: Journal) => (await journal.all<{ id: string }>('SELECT id FROM beat ORDER BY id')).map(({ id }) => id);
const subjects = async (journal: Journal) => (await findRecords(journal, everything)).map(({ subject }) => subject).sort();
const acting = (journal: Journal) => fakeContext({ journal: async () => journal, env: { AGENTOPS_ACTOR: 'maria' } });

describe('an act and its record', () => {
  test('are one commit: where one cannot be written, neither is', async () => {
    const journal = await temporaryJournal();
    const ctx = acting(journal);
    const both = (id: string, writes: readonly Write[]) => recordAct(ctx, async () => ({ writes, act: act(id), answer: id }));
    expect(await both('one', [beat('one')])).toBe('one');
    await expect(both('two', [beat('two'), { sql: 'INSERT INTO beat (id) VALUES (?)', params: ['x'] }])).rejects.toMatchObject({
      kind: 'unable',
    });
    expect([await beats(journal), await subjects(journal)]).toEqual([['one'], ['one']]);
  });

  test('that cannot be done for a reason of its own gives up, and says so', async () => {
    const journal = await temporaryJournal();
    await journal.commit([beat('one')]);
    const again = recordAct(acting(journal), async () => ({ writes: [beat('one')], act: act('one'), answer: null }));
    await expect(again).rejects.toMatchObject({ kind: 'unable', code: 'journal_contended' });
    expect(await subjects(journal)).toEqual([]);
  });

  test('of nothing that was done are not there', async () => {
    const journal = await temporaryJournal();
    expect(await recordAct(acting(journal), async () => ({ writes: [], act: null, answer: 7 }))).toBe(7);
    expect(await subjects(journal)).toEqual([]);
  });

  test('are decided anew where somebody else was first', async () => {
    const journal = await temporaryJournal();
    const ctx = acting(journal);
    const once = (first: () => Promise<unknown>) => {
      let asked = 0;
      return recordAct(ctx, async () => {
        const known = (await beats(journal)).length > 0;
        asked += 1;
        if (asked === 1) await first();
        return known ? { writes: [], act: null, answer: 'known' } : { writes: [beat('mine')], act: act('mine'), answer: 'new' };
      });
    };
    const other = () => recordAct(ctx, async () => ({ writes: [beat('other')], act: act('other'), answer: null }));
    expect(await once(other)).toBe('known');
    expect([await beats(journal), await subjects(journal)]).toEqual([['other'], ['other']]);
  });

  test('hold no secret and nothing of people but who did it', async () => {
    const journal = await temporaryJournal();
    const ctx = fakeContext({ journal: async () => journal, env: { AGENTOPS_ACTOR: ' maria@acme.io s3cret ' } });
    const body = { note: 's3cret of joe@acme.io', deep: [{ key: `sk-ant-${'a1'.repeat(20)}` }], half: '\ud800', count: 3, none: null };
    await recordAct(ctx, async () => ({ writes: [], act: act('sup\0port', body), answer: null }));
    const [record] = await findRecords(journal, everything);
    expect(record).toMatchObject({ at: noon, actor: 'maria@acme.io ***', subject: 'support' });
    expect(bodyOf(record?.body ?? '')).toEqual({
      note: '*** of [email]',
      deep: [{ key: '[Anthropic key]' }],
      half: '\ufffd',
      count: 3,
      none: null,
    });
    expect(firstBreak([record ?? expect.fail()])).toBeNull();
  });
});

test.each([
  [{ AGENTOPS_ACTOR: 'maria', GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'octocat' }, 'maria'],
  [{ AGENTOPS_ACTOR: ' ', GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'octocat' }, 'github:octocat'],
  [{ GITLAB_CI: 'true', GITLAB_USER_LOGIN: 'maria' }, 'gitlab:maria'],
  [{ GITHUB_ACTOR: 'octocat' }, 'ops@web-1'],
  [{ GITHUB_ACTIONS: 'true' }, 'ops@web-1'],
  [{}, 'ops@web-1'],
])('who acts by %j is %s', (env, actor) => {
  expect(actorOf(env, () => ({ user: 'ops', host: 'web-1' }))).toBe(actor);
});

/** A process of the built program that records acts, each with a beat of the same name. */
const startWriter = (path: string, name: string, acts: number): ChildProcess => {
  const child = fork(join(import.meta.dirname, '../../support/audit-writer.mjs'), [path, name, String(acts)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
};

test('ten processes at once, two of them killed, make one whole chain that tells of everything that was done, and of no more', async () => {
  const path = join(temporaryFolder(), 'journal.db');
  const writers = Array.from({ length: 10 }, (_, n) => startWriter(path, `w${n}`, 15));
  for (const [n, writer] of writers.slice(0, 2).entries()) writer.on('message', (done) => Number(done) === 3 + n && writer.kill('SIGKILL'));
  const ends = await Promise.all(
    writers.map(async (writer) => {
      let said = '';
      writer.stderr?.on('data', (text) => {
        said += String(text);
      });
      await once(writer, 'exit');
      return `${writer.exitCode ?? writer.signalCode} ${said}`;
    }),
  );
  expect(ends).toEqual(['SIGKILL ', 'SIGKILL ', ...Array<string>(8).fill('0 ')]);
  const journal = await openSqliteJournal(path, () => noon);
  onTestFinished(() => journal.close());
  const { broken, records } = await verifyChain(readChain(journal), null);
  expect(broken).toBeNull();
  expect(records).toBeGreaterThanOrEqual(8 * 15 + 4 + 5);
  expect(await subjects(journal)).toEqual(await beats(journal));
});
