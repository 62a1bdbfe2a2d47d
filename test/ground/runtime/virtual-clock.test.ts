import { expect, test } from 'vitest';
import { virtualClock } from '../../../src/ground/runtime/virtual-clock.ts';

const never = new AbortController().signal;

test('pauses take no time, and the clock shows that they were taken', async () => {
  const clock = virtualClock(1000);
  await clock.sleep(3_600_000, never);
  expect(clock.now()).toBe(3_601_000);
  expect(clock.monotonic()).toBe(3_600_000);
});

test('of work and its deadline the shorter wins, however many pauses the work is made of', async () => {
  const clock = virtualClock(0);
  const work = async () => {
    for (let at = 0; at < 9; at++) await clock.sleep(10, never);
    return 'work';
  };
  const deadline = (ms: number) => clock.sleep(ms, never).then(() => 'deadline');
  expect(await Promise.race([work(), deadline(100)])).toBe('work');
  expect(clock.now()).toBe(90);
  expect(await Promise.race([work(), deadline(80)])).toBe('deadline');
});

test('sleepers wake in the order of their moments, those of one moment in the order they lay down', async () => {
  const clock = virtualClock(0);
  const woken: string[] = [];
  const sleep = (name: string, ms: number) => clock.sleep(ms, never).then(() => woken.push(`${name} ${clock.now()}`));
  await Promise.all([sleep('late', 30), sleep('first', 10), sleep('second', 10), sleep('now', -5)]);
  expect(woken).toEqual(['now 0', 'first 10', 'second 10', 'late 30']);
});

test('one who is called off leaves at once, and time does not pass for him', async () => {
  const clock = virtualClock(0);
  const leaving = new AbortController();
  const asleep = clock.sleep(1000, leaving.signal);
  leaving.abort(new Error('enough'));
  await expect(asleep).rejects.toThrow('enough');
  await expect(clock.sleep(1, leaving.signal)).rejects.toThrow('enough');
  await clock.sleep(5, never);
  expect(clock.now()).toBe(5);
});
