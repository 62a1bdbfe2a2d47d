import type { Context } from '../../ground/runtime/context.ts';
import { readSynced } from '../../telemetry/stats/figures.cache.ts';
import { listTraces } from '../../telemetry/traces/trace-list.cache.ts';

/** Silence is believed after so long, ms: traces arrive late. */
const silentMs = 60_000;
/** So far back is looked for the last request, ms. */
const lookBackMs = 3_600_000;
/** Of the newest requests one may have begun before another and still end after it. */
const mostRequests = 200;

/** When the last request to an agent ended, UTC epoch ms, where its traces are known well beyond that; null: it goes on, or nobody can tell. */
export const quietSince = async (ctx: Context, agent: string): Promise<number | null> => {
  const cache = await ctx.cache();
  const now = ctx.clock.now();
  const window = { fromUs: (now - lookBackMs) * 1000, toUs: now * 1000 };
  const requests = listTraces(cache, { window, agent, order: 'newest', limit: mostRequests });
  const knownUs = readSynced(cache);
  if (knownUs === null || requests.length === 0) return null;
  const ends = requests.map(({ startUs, durationUs }) => (durationUs === null ? Number.POSITIVE_INFINITY : startUs + durationUs));
  const lastUs = Math.max(...ends);
  return knownUs - lastUs >= silentMs * 1000 ? Math.round(lastUs / 1000) : null;
};
