import type { Context } from '../../ground/runtime/context.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import type { WorkQueue } from './work-queue.ts';

/** Milliseconds between two recomputations, and how many times as long as the last one took: so they take 2 % of the time at most. */
const [restMs, restTimes] = [10_000, 50];

/**
 * Keeps the rollups up to date while spans arrive, so that whoever asks for figures need not. It is work like any other in the queue; where
 * that is full there is more urgent work. Ends when the signal fires.
 */
export const keepFresh = async (
  { cache, clock }: Pick<Context, 'cache' | 'clock'>,
  queue: WorkQueue,
  signal: AbortSignal,
  onTrouble: (thrown: unknown) => void,
): Promise<void> => {
  let waitMs = restMs;
  for (;;) {
    // Rejects when the signal fires: that is how this ends.
    await clock.sleep(waitMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    const began = clock.monotonic();
    await queue.run(() => openFreshCache({ cache, signal }))?.catch(onTrouble);
    waitMs = Math.max(restMs, restTimes * (clock.monotonic() - began));
  }
};
