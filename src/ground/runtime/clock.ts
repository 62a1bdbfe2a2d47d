import { setTimeout as delay } from 'node:timers/promises';
import { onAbort } from './abort.ts';
import type { Clock } from './context.ts';

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    const own = new AbortController();
    if (signal.aborted) own.abort(signal.reason);
    // A timer that heard the signal itself would be one listener more for each that sleeps, and a big fleet that is down sleeps in hundreds.
    const forget = onAbort(signal, () => own.abort(signal.reason));
    await delay(ms, undefined, { signal: own.signal }).finally(forget);
  },
};

/** Uniform in [0, 1). */
export const systemRandom = (): number => Math.random();
