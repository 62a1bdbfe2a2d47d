import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { expirePieces } from '../../telemetry/stats/expire-cache.ts';
import { rebuildPieces } from '../../telemetry/stats/rebuild-rollups.ts';
import { recordReleases } from '../../telemetry/stats/record-releases.ts';
import { fleetOwnership } from '../../telemetry/traces/fleet-ownership.ts';
import { reassignPieces } from '../../telemetry/traces/ownership.cache.ts';
import type { WorkQueue } from './work-queue.ts';

/** Milliseconds between two recomputations, and how many times as long as the last one took: so they take half a percent of the time at most. */
const [restMs, restTimes] = [10_000, 200];

/** Milliseconds between two rounds of what can wait: letting old spans go, noting new releases. */
const roundMs = 300_000;

/**
 * Keeps the cache as a sync would leave it while spans arrive, so that whoever asks for figures need not. It is work like any other in the
 * queue, a short transaction at a time, so that no sender waits for all of it; where the queue is full there is more urgent work. Ends when
 * the signal fires.
 */
export const keepFresh = async (
  ctx: Context,
  fleet: Fleet,
  queue: WorkQueue,
  signal: AbortSignal,
  onTrouble: (thrown: unknown) => void,
): Promise<void> => {
  const { clock } = ctx;
  const isStopped = () => signal.aborted;
  let roundAt = Number.NEGATIVE_INFINITY;
  /** Milliseconds that were spent on the cache, waiting not counted. */
  let spent = 0;
  /** False: the queue was full, or this ends. */
  const inTurns = async (pieces: Iterable<unknown>): Promise<boolean> => {
    const rest = pieces[Symbol.iterator]();
    for (let isDone: boolean | undefined = false; isDone !== true; ) {
      if (isStopped()) return false;
      const turn = queue.run(async () => {
        const began = clock.monotonic();
        const { done } = rest.next();
        spent += clock.monotonic() - began;
        return done;
      });
      if (turn === null) return false;
      isDone = await turn;
    }
    return true;
  };
  const work = async (): Promise<void> => {
    const cache = await ctx.cache();
    if (!(await inTurns(rebuildPieces(cache))) || clock.monotonic() - roundAt < roundMs) return;
    roundAt = clock.monotonic();
    if (!(await inTurns(reassignPieces(cache, fleetOwnership(fleet))))) return;
    if (!(await inTurns(expirePieces(cache, clock.now() * 1000)))) return;
    await queue.run(() => recordReleases(ctx, cache));
  };
  for (;;) {
    // Rejects when the signal fires: that is how this ends.
    await clock.sleep(Math.max(restMs, restTimes * spent), signal).catch(() => undefined);
    if (isStopped()) return;
    spent = 0;
    await work().catch(onTrouble);
  }
};
