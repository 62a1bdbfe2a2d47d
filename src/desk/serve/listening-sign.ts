import type { Context } from '../../ground/runtime/context.ts';
import { noteListening } from '../../telemetry/traces/listening.cache.ts';
import type { WorkQueue } from './work-queue.ts';

/** Milliseconds between two signs: well within what a run that waits for silence takes for alive. */
const everyMs = 2000;

/** Writes down again and again that somebody listens, so that silence can be told from deafness. Ends when the signal fires. */
export const signListening = async (
  ctx: Context,
  queue: Pick<WorkQueue, 'length'>,
  signal: AbortSignal,
  onTrouble: (thrown: unknown) => void,
): Promise<void> => {
  const { clock } = ctx;
  const since = clock.now();
  while (!signal.aborted) {
    // While something waits to be stored, what was heard is not all in the cache: it says nothing.
    if (queue.length === 0)
      await ctx
        .cache()
        .then((cache) => noteListening(cache, { since, at: clock.now() }))
        .catch(onTrouble);
    // Rejects when the signal fires: that is how this ends.
    await clock.sleep(everyMs, signal).catch(() => undefined);
  }
};
