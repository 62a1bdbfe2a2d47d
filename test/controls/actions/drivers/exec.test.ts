import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type ControlPeer, hostileNames, openOn, readCredential, writeCredential } from '../../../contract/control-suite.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { ref } from '../../../support/world.ts';

const never = new AbortController().signal;
const program = fileURLToPath(new URL('../../../support/exec-plane.mjs', import.meta.url));

const begin = async (control: (argv: readonly string[]) => Record<string, unknown>, state: object = { mode: 'on' }) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'state.json'), JSON.stringify(state));
  const opened: ControlPeer = {
    control: control([process.execPath, program, folder]),
    folder,
    env: { PLANTED: 'no' },
    look: () => null,
    meddle: () => {},
    effects: () => [],
    writes: () => null,
  };
  const driver = await openOn('exec', opened, 'write');
  const calls = () => {
    const log = join(folder, 'calls.log');
    const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
    return lines.map((line) => JSON.parse(line) as [argv: string[], env: string[], key: string]);
  };
  const run = async (params: Record<string, string> = {}) => {
    const change = driver.plan({ action: 'call', params }, await driver.read('call', never));
    if (change === null) throw new Error('nothing was planned');
    return driver.apply(change, 'run-1/step/1', never);
  };
  return { folder, driver, calls, run, fault: (kind: string) => writeFileSync(join(folder, 'fault'), kind) };
};

const inert = hostileNames.filter((name) => !name.startsWith('-'));

it.each(inert)('passes %j as one argument, and no shell reads it', async (name) => {
  const { run, calls } = await begin((argv) => ({ argv: [...argv, 'note', '{{ params.name }}', 'x={{ name }}'] }));
  expect((await run({ name })).result).toBe('applied');
  expect(calls()[0]?.[0]).toEqual([name, `x=${name}`]);
});

it.each(['--flag', '-rf', '-'])('refuses %j, which would be taken for an option, and takes it behind a word', async (name) => {
  const { run, calls } = await begin((argv) => ({ argv: [...argv, 'note', '{{ name }}'] }));
  await expect(run({ name })).rejects.toMatchObject({ kind: 'usage', code: 'value_refused' });
  expect(calls()).toEqual([]);
  const named = await begin((argv) => ({ argv: [...argv, 'note', '--name={{ name }}'] }));
  await named.run({ name });
  expect(named.calls()[0]?.[0]).toEqual([`--name=${name}`]);
});

it.each(['a\0b', 'x'.repeat(131_072)])('refuses what cannot be passed on', async (name) => {
  const { run } = await begin((argv) => ({ argv: [...argv, 'note', '{{ name }}'] }));
  await expect(run({ name })).rejects.toMatchObject({ kind: 'usage', code: 'value_refused' });
});

it('gives the program a clean environment, and credentials that may act to what acts alone', async () => {
  const { run, calls, fault, driver } = await begin((argv) => ({
    argv: [...argv, 'note'],
    env: { LOOK: ref('${CONTROL_READ}') },
    write_env: { ACT: ref('${CONTROL_WRITE}') },
    read: { argv: [...argv, 'show'], values: { mode: '$.mode' } },
    wants: { mode: 'off' },
  }));
  expect((await run()).result).toBe('applied');
  const [, env, key] = calls()[0] ?? [[], [], ''];
  expect(key).toBe('run-1/step/1');
  const base = ['AGENTOPS_AGENT', 'AGENTOPS_KEY', 'ACT', 'LOOK', 'PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
  expect(env.filter((name) => !base.includes(name))).toEqual([]);
  expect(env).toContain('ACT');
  fault('read');
  const blind = driver.read('call', never).then(
    () => '',
    (thrown: Error) => thrown.message,
  );
  expect(await blind).toContain('ended with 1: no such cluster');
  expect(await blind).not.toContain(readCredential);
});

it.each<[string, string, boolean]>([
  ['1', 'rejected', false],
  ['75', 'rejected', true],
  ['kill', 'unsure', true],
])('reads an end by %s as %s', async (kind, result, retry) => {
  const { run, fault } = await begin((argv) => ({ argv: [...argv, 'set', 'mode', '"off"'], write_env: { ACT: ref('${CONTROL_WRITE}') } }));
  fault(kind);
  const effect = await run();
  expect(effect).toMatchObject({ result, retry });
  expect(effect.evidence).not.toContain(writeCredential);
});

it('did nothing where there is no such program, and may have where it is cut off', async () => {
  const { run } = await begin(() => ({ argv: ['no-such-program-anywhere'] }));
  expect(await run()).toMatchObject({ result: 'rejected', retry: false });
  const endless = await begin(() => ({ argv: [process.execPath, '-e', 'setInterval(() => {}, 1000)'], timeout: '200ms' }));
  expect(await endless.run()).toMatchObject({ result: 'unsure', evidence: expect.stringContaining('took too long') });
  const noisy = await begin(() => ({
    argv: [process.execPath, '-e', 'process.stdout.write("x".repeat(2_000_000)); setInterval(() => {}, 1000)'],
  }));
  expect(await noisy.run()).toMatchObject({ result: 'unsure', evidence: expect.stringContaining('printed more than') });
});

it('lets no value choose the program', async () => {
  await expect(begin(() => ({ argv: ['{{ name }}', 'x'] }))).rejects.toThrow('which no value can change');
  await expect(begin((argv) => ({ argv: [...argv, 'note'], read: { argv: [...argv, '{{ x }}'], values: { a: '$.a' } } }))).rejects.toThrow(
    'takes no {{ }}',
  );
});

it('refuses a wish that its arguments have no place for', async () => {
  const { driver } = await begin((argv) => ({ argv: [...argv, 'note'] }));
  const now = await driver.read('throttle', never);
  expect(() => driver.plan({ action: 'throttle', params: { max_parallel: 1 } }, now)).toThrow('has no place for max_parallel');
});
