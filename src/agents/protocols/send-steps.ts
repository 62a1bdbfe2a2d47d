import type { World } from '../../fleet/slots.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import type { Ask } from './port.ts';
import { type Exchange, type ExchangeRequest, sendExchange } from './send-exchange.ts';
import type { Wire } from './turn.ts';

/** Several requests that make one turn: they share its deadline, and their times count from its beginning. */
export interface Steps {
  send(request: ExchangeRequest): Promise<Exchange>;
  /** Waits, at most until the deadline; an abort ends it early and is reported by the next request. */
  pause(ms: number): Promise<void>;
}

export const sendSteps = (world: World, ask: Ask, signal: AbortSignal): Steps => {
  const startedAt = world.clock.monotonic();
  const elapsed = () => world.clock.monotonic() - startedAt;
  const left = () => Math.max(1, ask.limits.totalMs - elapsed());
  let connectMs: number | null = null;
  return {
    async send(request) {
      const before = elapsed();
      const since = (ms: number | null) => (ms === null ? null : before + ms);
      const exchange = await sendExchange(world, { ...ask, limits: { ...ask.limits, totalMs: left() } }, request, signal);
      const { timings } = exchange.wire;
      connectMs ??= timings.connectMs;
      const isLate = exchange.trouble?.cause === 'total timeout';
      const detail = `${new URL(request.url).host} did not finish its answer within ${humanDuration(ask.limits.totalMs)}`;
      return {
        ...exchange,
        trouble: exchange.trouble !== null && isLate ? { ...exchange.trouble, detail } : exchange.trouble,
        wire: {
          ...exchange.wire,
          timings: {
            connectMs,
            firstByteMs: since(timings.firstByteMs),
            firstTokenMs: since(timings.firstTokenMs),
            longestGapMs: timings.longestGapMs,
            totalMs: before + timings.totalMs,
          },
        },
      };
    },
    async pause(ms) {
      await world.clock.sleep(Math.min(ms, left()), signal).catch(() => undefined);
    },
  };
};

/** The wire facts of an answer that began with one request and ended with a later one of the same steps. */
export const wireOver = (first: Wire, last: Wire): Wire => ({
  ...last,
  timings: { ...last.timings, firstByteMs: first.timings.firstByteMs, firstTokenMs: first.timings.firstTokenMs },
});

const farewellLimits = { connectMs: 1000, firstByteMs: 2000, stallMs: 2000, totalMs: 2000 };

/** A last request after a turn that is over or given up, so that nothing is left running at the agent. Best effort: what it answers is dropped. */
export const sendFarewell = async (world: World, ask: Ask, request: ExchangeRequest): Promise<void> => {
  const closing = { ...request, emptyOk: true, textOk: true };
  await sendExchange(world, { ...ask, limits: farewellLimits }, closing, new AbortController().signal);
};
