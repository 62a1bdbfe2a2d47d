import type { Context } from '../../ground/runtime/context.ts';
import { noteListening } from '../../telemetry/traces/listening.cache.ts';
import type { WorkQueue } from './work-queue.ts';

/** Milliseconds between two signs: well within what a run that waits for silence takes for alive. */
const everyMs = 2000;

/** Writes down again and again that somebody listens, so that silence can be told from deafness. Ends when the signal fires. */
export const signListening = async (
  ctx: Context,
  queue: WorkQueue,
  signal: AbortSignal,
  onTrouble: (thrown: unknown) => void,
): Promise<void> => {
  const { clock } = ctx;
  const since = clock.now();
  while (!signal.aborted) {
    // In the queue: what arrived before it is stored before it. A full queue hears, but has not stored, so that it says nothing.
    await queue.run(async () => noteListening(await ctx.cache(), { since, at: clock.now() }))?.catch(onTrouble);
    // Rejects when the signal fires: that is how this ends.
    await clock.sleep(everyMs, signal).catch(() => undefined);
  }
};
