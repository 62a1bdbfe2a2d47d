import type { Clock } from '../../src/ground/runtime/context.ts';

export interface FakeClock extends Clock {
  /** Every pause that was asked for, in ms. */
  readonly slept: readonly number[];
}

/** A clock whose pauses take no time: it stands still, and jumps over each `sleep`. */
export const fakeClock = (startMs: number): FakeClock => {
  let now = startMs;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    monotonic: () => now - startMs,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
};
