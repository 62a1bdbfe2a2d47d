import { expect, test } from 'vitest';
import { befalls, type Fate, type Mishap, mishapKinds, seededFate } from '../../../src/controls/actions/mishap.ts';
import { openTwins } from '../../../src/controls/actions/open-twins.ts';
import type { Capabilities, Change, ControlDriver } from '../../../src/controls/actions/port.ts';
import type { Slot } from '../../../src/fleet/slots.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { plainControl } from '../../support/plain-control.ts';

const signal = new AbortController().signal;
const slot = (config: unknown = { flag: 'on' }): Slot => ({ kind: 'plain', config, at: { file: 'agentops.yaml', line: 1, column: 1 } });

const twin = async (traits: Partial<Capabilities> = {}, ...mishaps: readonly (Mishap | null)[]) => {
  const clock = fakeClock(0);
  const fate: Fate = ({ before }) => mishaps[before] ?? null;
  const twins = openTwins({ real: async () => plainControl(traits), clock, fate });
  return { clock, twins, driver: await twins.open('support', slot(), 'write') };
};

const throttle = async (driver: ControlDriver, rate = 10): Promise<Change> => {
  const change = driver.plan({ action: 'throttle', params: { requests_per_minute: rate } }, await driver.read('throttle', signal));
  if (change === null) throw new Error('there is nothing to do');
  return change;
};

test('a twin is read, changed, seen and put back without the real driver being asked', async () => {
  const { driver, twins } = await twin();
  const change = await throttle(driver);
  expect(change).toMatchObject({ from: { requests_per_minute: null }, to: { requests_per_minute: 10 } });
  expect(await driver.confirm(change, signal)).toBe('not-yet');
  expect(await driver.apply(change, 'k', signal)).toMatchObject({ result: 'applied' });
  expect(await driver.confirm(change, signal)).toBe('seen');
  expect(driver.plan({ action: 'throttle', params: { requests_per_minute: 10 } }, await driver.read('throttle', signal))).toBeNull();
  expect(await driver.apply(change, 'k', signal)).toMatchObject({ result: 'already' });
  expect(await driver.undo(change, 'u', signal)).toMatchObject({ result: 'applied' });
  expect(await driver.undo(change, 'u', signal)).toMatchObject({ result: 'already' });
  expect(twins.acts.map(({ doing, key }) => [doing, key])).toEqual([
    ['apply', 'k'],
    ['undo', 'u'],
  ]);
  expect(twins.state()).toEqual({ 'plain of support': { requests_per_minute: null } });
});

test('steps on one control meet one target; other agents and other controls have their own', async () => {
  const { driver, twins } = await twin();
  await driver.apply(await throttle(driver), 'k', signal);
  const rateOf = async (agent: string, control: Slot) =>
    (await (await twins.open(agent, control, 'read')).read('throttle', signal)).touched.requests_per_minute;
  expect(await rateOf('support', slot())).toBe(10);
  expect(await rateOf('support', slot({ flag: 'other' }))).toBeNull();
  expect(await rateOf('refunds', slot())).toBeNull();
});

test('two changes of one field planned on the same state: the second is a conflict, and its undo too', async () => {
  const { driver } = await twin();
  const [first, second] = [await throttle(driver, 10), await throttle(driver, 20)];
  await driver.apply(first, 'a', signal);
  expect(await driver.apply(second, 'b', signal)).toMatchObject({ result: 'conflict' });
  expect(await driver.undo(second, 'c', signal)).toMatchObject({ result: 'conflict' });
  expect(await driver.confirm(second, signal)).toBe('contradicted');
});

test('what cannot be read looks healthy whatever was done, and what is not idempotent acts each time', async () => {
  const { driver, twins } = await twin({ readable: false, idempotent: false });
  const change = await throttle(driver);
  await driver.apply(change, 'k', signal);
  await driver.apply(change, 'k', signal);
  expect((await driver.read('throttle', signal)).touched).toEqual({ requests_per_minute: null });
  expect(twins.acts).toHaveLength(2);
});

test('an idempotent target that cannot be read says that it acted, and acts once', async () => {
  const { driver, twins } = await twin({ readable: false });
  const change = await throttle(driver);
  expect(await driver.apply(change, 'k', signal)).toMatchObject({ result: 'applied' });
  expect(await driver.apply(change, 'k', signal)).toMatchObject({ result: 'applied' });
  expect(twins.acts).toHaveLength(1);
});

test('it takes effect when the driver says, not before', async () => {
  const { driver, clock } = await twin({ effectMs: 60_000 });
  const change = await throttle(driver);
  await driver.apply(change, 'k', signal);
  await clock.sleep(59_999, signal);
  expect(await driver.confirm(change, signal)).toBe('not-yet');
  await clock.sleep(1, signal);
  expect(await driver.confirm(change, signal)).toBe('seen');
});

test.each([
  ['rejected', { result: 'rejected', retry: false }, 0, 'not-yet'],
  ['busy', { result: 'rejected', retry: true, retryAfterMs: 2000 }, 0, 'not-yet'],
  ['conflict', { result: 'conflict' }, 0, 'contradicted'],
  ['unsure', { result: 'unsure' }, 1, 'seen'],
  ['lost', { result: 'unsure' }, 0, 'not-yet'],
  ['dropped', { result: 'applied' }, 0, 'not-yet'],
  ['slow', { result: 'applied' }, 1, 'not-yet'],
] as const)('%s: what it answers, how often it acted, and what is seen then', async (mishap, effect, acts, seen) => {
  const { driver, twins } = await twin({}, mishap);
  const change = await throttle(driver);
  expect(await driver.apply(change, 'k', signal)).toMatchObject(effect);
  expect(twins.acts).toHaveLength(acts);
  expect(await driver.confirm(change, signal)).toBe(seen);
});

test('a blind target acts, cannot be looked at for ten seconds, and then shows it', async () => {
  const { driver, clock } = await twin({}, 'blind');
  const change = await throttle(driver);
  expect(await driver.apply(change, 'k', signal)).toMatchObject({ result: 'applied' });
  await expect(driver.confirm(change, signal)).rejects.toMatchObject({ kind: 'unable' });
  await expect(driver.read('throttle', signal)).rejects.toMatchObject({ kind: 'unable' });
  await clock.sleep(10_000, signal);
  expect(await driver.confirm(change, signal)).toBe('seen');
});

test('opened for reading it refuses to act: that is a bug of the caller', async () => {
  const { twins } = await twin();
  const reader = await twins.open('support', slot(), 'read');
  const change = await throttle(reader);
  await expect(reader.apply(change, 'k', signal)).rejects.toThrow('was opened for reading');
  expect(twins.acts).toEqual([]);
});

test('what cannot be undone is not', async () => {
  const { driver, twins } = await twin();
  const change = driver.plan({ action: 'kill', params: {} }, await driver.read('kill', signal));
  expect(change).toMatchObject({ from: { enabled: true, running: 3 }, to: { enabled: false, running: 0 } });
  if (change === null) return;
  await driver.apply(change, 'k', signal);
  expect(await driver.undo(change, 'u', signal)).toMatchObject({ result: 'rejected' });
  expect(twins.acts).toHaveLength(1);
});

test('what passes befalls the first attempt only, the rest each of them', () => {
  const again = mishapKinds.filter((kind) => befalls(kind, { before: 1 }) !== null);
  expect(again).toEqual(['rejected', 'dropped', 'conflict']);
});

test('a seed decides what goes wrong, every kind in its turn', () => {
  const drawn = (seed: number) => {
    const fate = seededFate(seed, 0.5);
    const change = { action: 'scale', target: 't', from: {}, version: null, reversible: true, lasting: null } as const;
    return Array.from({ length: 400 }, (_, replicas) =>
      fate({ agent: 'a', doing: 'apply', change: { ...change, to: { replicas } }, key: 'k', before: 0 }),
    );
  };
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7)).not.toEqual(drawn(8));
  expect(new Set(drawn(7))).toEqual(new Set([null, ...mishapKinds]));
  expect(drawn(7).filter((each) => each === null).length / 400).toBeCloseTo(0.5, 1);
});
