import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { readListening } from '../../telemetry/traces/listening.cache.ts';
import { listTraces } from '../../telemetry/traces/trace-list.cache.ts';
import { newTracesReader } from './read-new-traces.ts';
import { type Arrival, newestEnd, type Silence, silenceOf } from './silence.ts';

/** So long is waited for silence, ms. */
const deadlineMs = 60_000;
/** Milliseconds between two looks. */
const everyMs = 2000;
/** So far back is looked for the last request, ms. */
const lookBackMs = 3_600_000;
/** Of the newest requests one may have begun before another and still end after it. */
const mostRequests = 200;

/** What is told while it is waited: in so many ms, at most, nothing more is waited for. */
export type QuietNews = (why: string, leftMs: number) => void;

/**
 * When the last request to an agent ended, UTC epoch ms, once its traces have been silent for long enough; null: they did not fall silent in
 * time, or nobody can tell. Waits for what can still come, and not a moment where it has no traces at all.
 */
export const awaitQuiet = async (ctx: Context, fleet: Fleet, agent: string, tell: QuietNews): Promise<number | null> => {
  const { clock, signal } = ctx;
  const readNew = newTracesReader(ctx, fleet);
  const giveUpAt = clock.monotonic() + deadlineMs;
  for (;;) {
    const silence = lookOnce(await ctx.cache(), agent, await readNew(agent), clock.now());
    const leftMs = giveUpAt - clock.monotonic();
    if (silence.kind === 'silent') return silence.since;
    tell(silence.why, silence.kind === 'unknown' ? 0 : Math.max(0, leftMs));
    if (silence.kind === 'unknown' || leftMs <= 0) return null;
    // A person who has seen enough ends the waiting, and not the run.
    await clock.sleep(Math.min(everyMs, leftMs), signal).catch(() => undefined);
    if (signal.aborted) return null;
  }
};

const lookOnce = (cache: Cache, agent: string, arrival: Arrival, now: number): Silence => {
  const window = { fromUs: (now - lookBackMs) * 1000, toUs: now * 1000 };
  const requests = listTraces(cache, { window, agent, order: 'newest', limit: mostRequests });
  return silenceOf({ arrival, listening: readListening(cache), lastEnd: newestEnd(requests), now });
};
