import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './context.ts';

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

/** Uniform in [0, 1). */
export const systemRandom = (): number => Math.random();
