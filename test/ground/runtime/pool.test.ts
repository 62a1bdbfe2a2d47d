import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runBounded } from '../../../src/ground/runtime/pool.ts';
import { gate } from '../../support/gate.ts';

interface Task {
  readonly id: number;
  readonly key: string;
}
const never = new AbortController().signal;
const keyOf = ({ key }: Task) => key;
const tasksOf = (keys: readonly string[]): readonly Task[] => keys.map((key, id) => ({ id, key }));

describe('whatever the tasks and bounds', () => {
  test('each task is run once, never beyond the bounds, in order of its key, and no worker idles while it could work', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        async (scheduler, keys, total, perKey) => {
          const tasks = tasksOf(keys);
          const started: Task[] = [];
          const running: Task[] = [];
          const runningOf = (key: string) => running.filter((task) => task.key === key).length;
          const done = runBounded(tasks, { total, perKey, keyOf, signal: never }, async (task) => {
            started.push(task);
            running.push(task);
            expect(running.length).toBeLessThanOrEqual(total);
            expect(runningOf(task.key)).toBeLessThanOrEqual(perKey);
            await scheduler.schedule(Promise.resolve());
            running.splice(running.indexOf(task), 1);
          });
          while (scheduler.count() > 0) {
            const waiting = tasks.filter((task) => !started.includes(task));
            expect(running.length === total || waiting.every(({ key }) => runningOf(key) === perKey)).toBe(true);
            await scheduler.waitOne();
            for (let turn = 0; turn < 10; turn++) await Promise.resolve();
          }
          await done;
          expect(started.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(tasks.map(({ id }) => id));
          for (const key of 'abc') {
            const ids = started.filter((task) => task.key === key).map(({ id }) => id);
            expect(ids).toEqual(ids.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 200 },
    ));
});

test('keys take turns: a long queue of one host does not hold up another', async () => {
  const order: string[] = [];
  await runBounded(tasksOf(['slow', 'slow', 'slow', 'fast']), { total: 1, perKey: 1, keyOf, signal: never }, async ({ key }) => {
    order.push(key);
  });
  expect(order).toEqual(['slow', 'fast', 'slow', 'slow']);
});

test('a host that hangs holds up nobody else', async () => {
  const ended: number[] = [];
  const hang = gate();
  const tasks = tasksOf(['dead', 'dead', 'b', 'b', 'c', 'b']);
  const done = runBounded(tasks, { total: 3, perKey: 1, keyOf, signal: never }, async ({ id, key }) => {
    if (key === 'dead') await hang.passed;
    else ended.push(id);
    if (ended.length === 4) hang.open();
  });
  await done;
  expect(ended.toSorted()).toEqual([2, 3, 4, 5]);
});

test('what may not start yet takes no place from others, and is started with them once it may', async () => {
  const started: number[] = [];
  const first = gate();
  const tasks = tasksOf(['a', 'a', 'a', 'b', 'b', 'b']);
  let [most, running, isFirstOver] = [0, 0, false];
  const mayStart = ({ id, key }: Task) => key === 'b' || id === 0 || isFirstOver;
  await runBounded(tasks, { total: 2, perKey: 2, keyOf, mayStart, signal: never }, async ({ id }) => {
    started.push(id);
    most = Math.max(most, ++running);
    if (id === 5) first.open();
    await (id === 0 ? first.passed : new Promise(setImmediate));
    isFirstOver ||= id === 0;
    running -= 1;
  });
  expect({ started, most }).toEqual({ started: [0, 3, 4, 5, 1, 2], most: 2 });
});

test('where nothing runs, what may not start is started all the same: nothing is lost', async () => {
  const started: number[] = [];
  await runBounded(tasksOf(['a', 'b']), { total: 2, perKey: 2, keyOf, mayStart: () => false, signal: never }, async ({ id }) => {
    started.push(id);
  });
  expect(started).toEqual([0, 1]);
});

test('an error surfaces when what was running has ended; nothing more is started', async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const second = gate();
  const done = runBounded(tasksOf(['a', 'b', 'c', 'd']), { total: 2, perKey: 1, keyOf, signal: never }, async ({ id }) => {
    started.push(id);
    if (id === 0) throw new Error('broken');
    await second.passed;
    ended.push(id);
  });
  setImmediate(second.open);
  await expect(done).rejects.toThrow('broken');
  expect({ started, ended }).toEqual({ started: [0, 1], ended: [1] });
});

test('even one that is thrown before anything was awaited', async () => {
  const broken = () => {
    throw new Error('broken');
  };
  await expect(runBounded(tasksOf(['a']), { total: 1, perKey: 1, keyOf, signal: never }, broken)).rejects.toThrow('broken');
});

test('after an abort nothing is started, and what was running ends', async () => {
  const controller = new AbortController();
  const started: number[] = [];
  await runBounded(tasksOf(['a', 'b', 'c']), { total: 1, perKey: 1, keyOf, signal: controller.signal }, async ({ id }) => {
    started.push(id);
    if (id === 1) controller.abort();
  });
  expect(started).toEqual([0, 1]);
});
