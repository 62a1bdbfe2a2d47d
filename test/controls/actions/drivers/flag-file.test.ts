import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemFiles } from '../../../../src/ground/runtime/files.ts';
import { type ControlPeer, openOn } from '../../../contract/control-suite.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const never = new AbortController().signal;

const begin = async (flags: object) => {
  const folder = temporaryFolder();
  const path = join(folder, 'flags.json');
  writeFileSync(path, JSON.stringify({ flags }));
  const peer: ControlPeer = {
    control: { path: 'flags.json', flag: 'agent' },
    folder,
    look: () => null,
    meddle: () => {},
    effects: () => [],
    writes: () => null,
  };
  return { path, driver: await openOn('flag-file', peer, 'write') };
};

/** What flagd's own evaluation says, as an SDK with an in-process provider sees it. */
interface FlagdCore {
  setConfigurations(definitions: string): void;
  resolveBooleanEvaluation(flag: string, fallback: boolean, context: object): { readonly value: boolean; readonly reason: string };
  resolveNumberEvaluation(flag: string, fallback: number, context: object): { readonly value: number; readonly reason: string };
  resolveStringEvaluation(flag: string, fallback: string, context: object): { readonly value: string; readonly reason: string };
}

describeWithPeer('a flag as flagd evaluates it', { packages: ['@openfeature/flagd-core'] }, () => {
  const load = (): FlagdCore => {
    const { FlagdCore } = createRequire(new URL('../../../peers/package.json', import.meta.url))('@openfeature/flagd-core') as {
      FlagdCore: new () => FlagdCore;
    };
    return new FlagdCore();
  };
  const people = [{}, { email: 'a@acme.io' }, { email: 'b@example.com' }];
  const targeted = { if: [{ ends_with: [{ var: 'email' }, '@acme.io'] }, 'on', 'off'] };
  const evaluated = (path: string, evaluate: (core: FlagdCore, context: object) => unknown) => {
    const core = load();
    core.setConfigurations(readFileSync(path, 'utf8'));
    return people.map((context) => evaluate(core, context));
  };
  const boolean = (core: FlagdCore, context: object) => core.resolveBooleanEvaluation('agent', true, context).value;

  it.each([
    ['a plain switch', { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' }, [true, true, true]],
    [
      'a targeted one',
      { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on', targeting: targeted },
      [false, true, false],
    ],
  ])('is off for everybody when it is disabled, and as before when that is undone: %s', async (_, definition, usually) => {
    const { path, driver } = await begin({ agent: definition });
    expect(evaluated(path, boolean)).toEqual(usually);
    const change = driver.plan({ action: 'disable', params: {} }, await driver.read('disable', never));
    if (change === null) throw new Error('nothing was planned');
    await driver.apply(change, 'run/step/1', never);
    expect(evaluated(path, boolean)).toEqual([false, false, false]);
    await driver.undo(change, 'run/step/1/undo', never);
    expect(evaluated(path, boolean)).toEqual(usually);
  });

  it('is off where the reader would fall back on its own default: a disabled flag, and one that nobody has made yet', async () => {
    for (const flags of [{ agent: { state: 'DISABLED', variants: { on: true, off: false }, defaultVariant: 'on' } }, {}]) {
      const { path, driver } = await begin(flags);
      const change = driver.plan({ action: 'kill', params: {} }, await driver.read('kill', never));
      if (change === null) throw new Error('nothing was planned');
      await driver.apply(change, 'run/step/1', never);
      expect(evaluated(path, boolean)).toEqual([false, false, false]);
      await driver.undo(change, 'run/step/1/undo', never);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ flags });
    }
  });

  it('holds a number and a name that it did not hold before', async () => {
    const numbers = await begin({ agent: { state: 'ENABLED', variants: { standard: 600 }, defaultVariant: 'standard' } });
    const slower = numbers.driver.plan(
      { action: 'throttle', params: { requests_per_minute: 5 } },
      await numbers.driver.read('throttle', never),
    );
    if (slower === null) throw new Error('nothing was planned');
    await numbers.driver.apply(slower, 'run/step/1', never);
    expect(evaluated(numbers.path, (core, context) => core.resolveNumberEvaluation('agent', 1, context).value)).toEqual([5, 5, 5]);
    const models = await begin({ agent: { state: 'ENABLED', variants: { large: 'large-a' }, defaultVariant: 'large' } });
    const cheaper = models.driver.plan(
      { action: 'route_model', params: { model: 'small' } },
      await models.driver.read('route_model', never),
    );
    if (cheaper === null) throw new Error('nothing was planned');
    await models.driver.apply(cheaper, 'run/step/1', never);
    expect(evaluated(models.path, (core, context) => core.resolveStringEvaluation('agent', '', context).value)).toEqual([
      'small',
      'small',
      'small',
    ]);
  });
});

it('says what is wrong with a file that holds no flags, and changes nothing in it', async () => {
  const { path, driver } = await begin({ agent: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' } });
  const change = driver.plan({ action: 'disable', params: {} }, await driver.read('disable', never));
  if (change === null) throw new Error('nothing was planned');
  writeFileSync(path, '{"flags": {');
  await expect(driver.read('disable', never)).rejects.toMatchObject({ kind: 'unable', code: 'flags_unreadable' });
  expect(await driver.apply(change, 'run/step/1', never)).toMatchObject({ result: 'rejected', retry: false });
  expect(readFileSync(path, 'utf8')).toBe('{"flags": {');
});

describe('a file that others write at the same time', () => {
  it('loses nothing of two processes that stop different agents', { timeout: 60_000 }, async () => {
    const { path } = await begin({});
    const program = join(import.meta.dirname, '../../../support/flag-writer.mjs');
    const write = (name: string) => promisify(execFile)(process.execPath, [program, join(path, '..'), name, '150']);
    await Promise.all([write('one'), write('other')]);
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')).flags)).toHaveLength(300);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('is taken over from one that died over it, and not from one that is followed by another', async () => {
    const { path, driver } = await begin({});
    writeFileSync(`${path}.lock`, '1 dead\n');
    const change = driver.plan({ action: 'kill', params: {} }, await driver.read('kill', never));
    if (change === null) throw new Error('nothing was planned');
    expect(await driver.apply(change, 'run/step/1', never)).toMatchObject({ result: 'applied' });
    expect(existsSync(`${path}.lock`)).toBe(false);
    writeFileSync(`${path}.lock`, '2 alive\n');
    systemFiles.breakClaim(path, '1 dead\n');
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe('2 alive\n');
  });

  it('is left as it is where others never leave it free', async () => {
    const { path, driver } = await begin({});
    writeFileSync(`${path}.lock`, '1 dead\n');
    writeFileSync(`${path}.lock.break`, '2 dead\n');
    const change = driver.plan({ action: 'kill', params: {} }, await driver.read('kill', never));
    if (change === null) throw new Error('nothing was planned');
    expect(await driver.apply(change, 'run/step/1', never)).toMatchObject({
      result: 'rejected',
      evidence: expect.stringContaining('is being changed by another process'),
    });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ flags: {} });
  });
});
