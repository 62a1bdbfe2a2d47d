import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { syncFleet } from '../../telemetry/stats/sync-fleet.ts';
import { sourceOfAgent } from '../../telemetry/traces/fleet-ownership.ts';
import { isMetricsOnly } from '../../telemetry/traces/metrics-backends.ts';
import { backends as registry } from '../../telemetry/traces/registry.ts';
import { readProgress } from '../../telemetry/traces/spans.cache.ts';
import type { Arrival } from './silence.ts';

/** Milliseconds between two reads of one backend: a run that waits is no reason to hammer it. */
const restMs = 10_000;
/** So long may one read take, ms: a run waits for it. */
const patienceMs = 30_000;

/**
 * Reads what is new in the backend of an agent, each backend at most once in a while. What was never read is left alone: how far back the
 * first read goes is for a person to say.
 */
export const newTracesReader = (ctx: Context, fleet: Fleet): ((agent: string) => Promise<Arrival>) => {
  const readAt = new Map<string, number>();
  return async (agent) => {
    const source = sourceOfAgent(fleet, agent);
    if (source === null) return { kind: 'none', why: 'no traces: the manifest does not say in which backend they are' };
    const slot = fleet.backends[source];
    if (slot === undefined || slot.kind === 'otlp') return { kind: 'sent' };
    if (isMetricsOnly(slot)) return { kind: 'none', why: `no traces: of ${source} only figures are read` };
    const cache = await ctx.cache();
    if (readProgress(cache, source) === null) return { kind: 'none', why: `no traces: ${source} was never read, agentops sync does` };
    const now = ctx.clock.now();
    if (now - (readAt.get(source) ?? Number.NEGATIVE_INFINITY) >= restMs) {
      readAt.set(source, now);
      const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(patienceMs)]);
      const request = { registry, sinceMs: null, untilMs: now, isRehearsal: false, firstMs: 0 };
      await syncFleet({ ...ctx, signal }, fleet, [source], request, () => undefined);
    }
    const { highUs, syncedUs } = readProgress(cache, source) ?? { highUs: null, syncedUs: null };
    // A read that was cut off says so by how far it came.
    return { kind: 'polled', knownMs: Math.floor(Math.min(syncedUs ?? 0, highUs ?? 0) / 1000) };
  };
};
