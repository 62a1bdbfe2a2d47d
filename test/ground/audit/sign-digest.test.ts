import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { signText, verifySignature } from '../../../src/ground/audit/sign-digest.ts';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import { systemProcesses } from '../../../src/ground/runtime/process.ts';
import { noon } from '../../support/facts.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { newKey, signersFile } from '../../support/ssh-key.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const ctx = fakeContext({ files: systemFiles, process: systemProcesses });
const namespace = 'agentops-audit';
const text = '{"seq":7}\n';

describeWithPeer('ssh-keygen', { programs: ['ssh-keygen', 'ssh-agent', 'ssh-add'] }, () => {
  let folder: string;
  let key: ReturnType<typeof newKey>;
  let signature: string;
  beforeAll(async () => {
    folder = systemFiles.makeTemporary('agentops-test-');
    key = newKey(folder, 'key');
    signature = await signText(ctx, text, key.path, namespace);
    return () => rmSync(folder, { recursive: true, force: true });
  });
  const judged = (parts: Partial<Parameters<typeof verifySignature>[1]>, ...lines: readonly string[]) =>
    verifySignature(ctx, { text, signature, namespace, at: noon, ...parts }, signersFile(folder, ...lines));

  test('what somebody signed who may is good, and says who', async () => {
    expect(await judged({}, `maria@acme.io ${key.publicKey}`)).toEqual({ good: true, signer: 'maria@acme.io' });
    expect(await judged({}, `-weird ${key.publicKey}`)).toEqual({ good: true, signer: '-weird' });
  });

  test('a key that may sign for other purposes only is not', async () => {
    expect(await judged({}, `maria namespaces="git" ${key.publicKey}`)).toMatchObject({
      good: false,
      why: expect.stringContaining('namespace'),
    });
    expect(await judged({}, `maria,joe namespaces="git,${namespace}" ${key.publicKey}`)).toEqual({ good: true, signer: 'maria' });
  });

  test.each([
    ['another text', () => ({ text: '{"seq":8}\n' })],
    ['another purpose', () => ({ namespace: 'git' })],
    ['half a signature', () => ({ signature: signature.slice(0, 120) })],
    ['no signature', () => ({ signature: 'trust me' })],
  ])('%s is not', async (_what, parts) => {
    expect(await judged(parts(), `maria ${key.publicKey}`)).toMatchObject({ good: false });
  });

  test('a signature of somebody who is not named is not, nor one by a key that had run out', async () => {
    const { publicKey } = newKey(folder, 'other');
    expect(await judged({}, `maria ${publicKey}`)).toMatchObject({ good: false, why: expect.stringContaining('No principal matched') });
    // Valid until a minute after noon of that day, by UTC.
    const line = `maria valid-before="20260302120100Z" ${key.publicKey}`;
    expect(await judged({ at: noon }, line)).toMatchObject({ good: true });
    expect(await judged({ at: noon + 120_000 }, line)).toMatchObject({ good: false });
  });

  test('nothing is left behind', async () => {
    const left = () => readdirSync(process.env['TMPDIR'] ?? '/tmp').filter((name) => name.startsWith('agentops-signature-'));
    const before = left();
    await judged({ text: 'x' }, `maria ${key.publicKey}`);
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });

  test('a key that cannot sign is said in a sentence: locked, missing, or no key', async () => {
    const locked = newKey(folder, 'locked', 'open sesame');
    for (const path of [locked.path, join(folder, 'nowhere'), signersFile(folder, 'not a key')])
      await expect(signText(ctx, text, path, namespace)).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining(path) });
  });

  test('a key that ssh-agent holds signs by its public half', async () => {
    const mine = temporaryFolder();
    const { path, publicKey } = newKey(mine, 'held');
    const env = { SSH_AUTH_SOCK: join(mine, 'agent') };
    const [, pid = ''] = /SSH_AGENT_PID=(\d+)/.exec(execFileSync('ssh-agent', ['-s', '-a', env.SSH_AUTH_SOCK], { encoding: 'utf8' })) ?? [];
    try {
      execFileSync('ssh-add', ['-q', path], { env: { ...process.env, ...env }, stdio: 'ignore' });
      rmSync(path);
      const signed = await signText({ ...ctx, env }, text, `${path}.pub`, namespace);
      expect(await judged({ signature: signed }, `held ${publicKey}`)).toEqual({ good: true, signer: 'held' });
    } finally {
      process.kill(Number(pid));
    }
  });

  test('where there is no ssh-keygen it is named', async () => {
    const bare = { ...ctx, process: { ...systemProcesses, baseEnv: { PATH: '/nowhere' } } };
    await expect(signText(bare, text, key.path, namespace)).rejects.toMatchObject({ kind: 'unable', code: 'ssh_keygen_failed' });
  });
});
