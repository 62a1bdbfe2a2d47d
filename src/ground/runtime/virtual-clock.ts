import type { Clock } from './context.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/**
 * A clock on which pauses take no time. It moves only when everything that could go on has gone on and all that is left is asleep:
 * then to the moment the first sleeper wakes, so that work and its deadline race as they would in real time.
 * @param startMs UTC epoch ms
 */
export const virtualClock = (startMs: number): Clock => {
  let now = startMs;
  let isTurning = false;
  const sleepers: Sleeper[] = [];
  const turn = () => {
    isTurning = false;
    const next = sleepers.shift();
    if (next === undefined) return;
    now = Math.max(now, next.at);
    next.wake();
    turnLater();
  };
  const turnLater = () => {
    if (isTurning || sleepers.length === 0) return;
    isTurning = true;
    setImmediate(turn);
  };
  return {
    now: () => now,
    monotonic: () => now - startMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const sleeper: Sleeper = {
          at: now + Math.max(0, ms),
          wake: () => {
            signal.removeEventListener('abort', leave);
            resolve();
          },
        };
        const leave = () => {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', leave, { once: true });
        const behind = sleepers.findIndex(({ at }) => at > sleeper.at);
        sleepers.splice(behind < 0 ? sleepers.length : behind, 0, sleeper);
        turnLater();
      }),
  };
};
