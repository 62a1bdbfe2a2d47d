import { expect, it } from 'vitest';
import { workersOf } from '../../../src/response/scale/worker-count.ts';

const [now, told] = [10_000_000, { at: 9_900_000, from: 2, to: 9 }];

it('is what the control is set to, before what the queue sees', () => {
  expect(workersOf({ workers: 20 }, { count: 4 }, 1, null, now)).toEqual({ count: 4, by: 'control', problem: null });
  expect(workersOf({ workers: 7 }, null, 2, null, now)).toEqual({ count: 4, by: 'queue', problem: null });
  expect(workersOf({ workers: null }, null, 1, null, now)).toEqual({ count: null, by: 'queue', problem: null });
});

it('is nobody’s guess where the control cannot be looked at', () => {
  expect(workersOf({ workers: 7 }, { problem: 'no answer' }, 1, told, now)).toEqual({ count: null, by: 'control', problem: 'no answer' });
});

it('is what a scaler was told until it had time to follow, unless all were taken away', () => {
  expect(workersOf({ workers: 2 }, null, 1, told, now)).toEqual({ count: 9, by: 'asked', problem: null });
  expect(workersOf({ workers: 2 }, { count: 2 }, 1, told, now)).toMatchObject({ count: 9, by: 'asked' });
  expect(workersOf({ workers: 2 }, { count: 0 }, 1, told, now)).toMatchObject({ count: 0, by: 'control' });
  expect(workersOf({ workers: 2 }, null, 1, { ...told, at: now - 700_000 }, now)).toMatchObject({ count: 2, by: 'queue' });
});
