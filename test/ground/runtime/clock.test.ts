import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/ground/runtime/clock.ts';

describe('sleeping', () => {
  it('adds one listener for all who sleep, and wakes each of them by the signal', async () => {
    const control = new AbortController();
    const sleeps = Array.from({ length: 50 }, () => systemClock.sleep(60_000, control.signal));
    expect(getEventListeners(control.signal, 'abort')).toHaveLength(1);
    control.abort();
    const ended = await Promise.allSettled(sleeps);
    expect(ended.map((each) => (each.status === 'rejected' ? (each.reason as Error).name : 'slept'))).toEqual(
      sleeps.map(() => 'AbortError'),
    );
  });

  it('ends after its time, and at once under a signal that was given before', async () => {
    await systemClock.sleep(1, new AbortController().signal);
    await expect(systemClock.sleep(60_000, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});
