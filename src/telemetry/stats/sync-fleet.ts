import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { fleetOwnership } from '../traces/fleet-ownership.ts';
import { isMetricsOnly } from '../traces/metrics-backends.ts';
import { reassignOwners } from '../traces/ownership.cache.ts';
import type { Mark } from '../traces/release-change.ts';
import { expectSources } from '../traces/spans.cache.ts';
import { type SyncEvent, type SyncReport, type SyncRequest, syncBackend } from '../traces/sync-spans.ts';
import { defaultRetention, expireCache } from './expire-cache.ts';
import { recordReleases } from './record-releases.ts';
import { syncAggregates } from './sync-aggregates.ts';

export interface FleetSync {
  readonly reports: readonly SyncReport[];
  /** Releases that spans showed for the first time. */
  readonly releases: readonly Mark[];
}

/** All that are read by asking them, whichever are asked now. */
const polledBackends = ({ backends }: Fleet): readonly string[] =>
  Object.entries(backends).flatMap(([name, { kind }]) => (kind === 'otlp' ? [] : [name]));

/**
 * Reads backends one after the other, their spans or (`mode: metrics`) their figures, then brings statistics up to date, lets go what is past its time, and notes new releases. A backend
 * that fails keeps nobody from reading the others. Throws where the store fails.
 * @param names of backends of the fleet
 */
export const syncFleet = async (
  ctx: Context,
  fleet: Fleet,
  names: readonly string[],
  request: SyncRequest,
  on: (event: SyncEvent) => void,
): Promise<FleetSync> => {
  const reports: SyncReport[] = [];
  if (!request.isRehearsal) expectSources(await ctx.cache(), polledBackends(fleet));
  for (const name of names) {
    const slot = fleet.backends[name];
    if (slot === undefined || ctx.signal.aborted) continue;
    const report = isMetricsOnly(slot) ? syncAggregates(ctx, fleet, name, slot, request) : syncBackend(ctx, fleet, name, slot, request, on);
    reports.push(await report);
  }
  // What was read is kept and marked: statistics made from it can wait for the next command.
  if (request.isRehearsal || ctx.signal.aborted) return { reports, releases: [] };
  const cache = await ctx.cache();
  const isStopped = () => ctx.signal.aborted;
  reassignOwners(cache, fleetOwnership(fleet), isStopped);
  expireCache(cache, ctx.clock.now() * 1000, defaultRetention, isStopped);
  return { reports, releases: isStopped() ? [] : await recordReleases(ctx, cache) };
};
