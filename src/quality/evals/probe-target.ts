import { newSpanId } from '../../agents/protocols/trace-context.ts';
import { messageOf } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Target } from './ask-trial.ts';

/** A target that says nothing for so long is not asked a thousand questions. */
const longestProbeMs = 10_000;
const pauseMs = 500;

/**
 * One cheap look at the target before any question: no prompt is sent. Answers why it is no use to ask, or null. What an agent that can be
 * reached says to a probe is not held against it: many know no such thing, or refuse it to this key.
 */
export const probeTarget = async (ctx: Context, { protocol, limitsOf }: Target, traceId: string): Promise<string | null> => {
  const said = limitsOf(null);
  const totalMs = Math.min(said.totalMs, longestProbeMs);
  const limits = {
    totalMs,
    connectMs: Math.min(said.connectMs, totalMs),
    firstByteMs: Math.min(said.firstByteMs, totalMs),
    stallMs: Math.min(said.stallMs, totalMs),
  };
  const look = async (): Promise<{ trouble: string | null; again: boolean }> => {
    try {
      const turn = await protocol.probe({ input: '', thread: null, traceId, spanId: newSpanId(ctx.random), limits }, ctx.signal);
      const isDead = turn.outcome === 'unreachable' || turn.outcome === 'timeout' || turn.outcome === 'checker_error';
      return { trouble: isDead ? turn.detail || turn.outcome : null, again: turn.outcome === 'unreachable' };
    } catch (thrown) {
      return { trouble: `it could not be probed: ${messageOf(thrown)}`, again: false };
    }
  };
  const first = await look();
  if (first.trouble === null || !first.again || ctx.signal.aborted) return first.trouble;
  await ctx.clock.sleep(pauseMs, ctx.signal).catch(() => undefined);
  return (await look()).trouble;
};
