import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { defaultRetention, expireCache } from '../../telemetry/stats/expire-cache.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { recordReleases } from '../../telemetry/stats/record-releases.ts';
import { fleetOwnership } from '../../telemetry/traces/fleet-ownership.ts';
import { reassignOwners } from '../../telemetry/traces/ownership.cache.ts';
import type { WorkQueue } from './work-queue.ts';

/** Milliseconds between two recomputations, and how many times as long as the last one took: so they take 2 % of the time at most. */
const [restMs, restTimes] = [10_000, 50];

/** Milliseconds between two rounds of what can wait: letting old spans go, noting new releases. */
const roundMs = 300_000;

/**
 * Keeps the cache as a sync would leave it while spans arrive, so that whoever asks for figures need not. It is work like any other in the
 * queue; where that is full there is more urgent work. Ends when the signal fires.
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
  let [waitMs, roundAt] = [restMs, Number.NEGATIVE_INFINITY];
  const work = async (): Promise<void> => {
    const cache = await openFreshCache({ cache: ctx.cache, signal });
    if (clock.monotonic() - roundAt < roundMs) return;
    roundAt = clock.monotonic();
    reassignOwners(cache, fleetOwnership(fleet), isStopped);
    expireCache(cache, clock.now() * 1000, defaultRetention, isStopped);
    if (!isStopped()) await recordReleases(ctx, cache);
  };
  for (;;) {
    // Rejects when the signal fires: that is how this ends.
    await clock.sleep(waitMs, signal).catch(() => undefined);
    if (isStopped()) return;
    const began = clock.monotonic();
    await queue.run(work)?.catch(onTrouble);
    waitMs = Math.max(restMs, restTimes * (clock.monotonic() - began));
  }
};
