import type { World } from '../../fleet/slots.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import type { Ask, Timings } from './port.ts';
import { type Exchange, type ExchangeRequest, sendExchange, type Trouble } from './send-exchange.ts';
import { noWire, type Wire } from './turn.ts';

/** Several requests that make one turn: they share its deadline, and their times count from its beginning. */
export interface Steps {
  /** Past the deadline nothing is sent any more: the answer is a timeout. */
  send(request: ExchangeRequest): Promise<Exchange>;
  /** Waits, at most until the deadline; an abort ends it early and is reported by the next request. */
  pause(ms: number): Promise<void>;
}

export const sendSteps = (world: World, ask: Ask, signal: AbortSignal): Steps => {
  const { totalMs } = ask.limits;
  const startedAt = world.clock.monotonic();
  const elapsed = () => world.clock.monotonic() - startedAt;
  let connectMs: number | null = null;
  return {
    async send(request) {
      const before = elapsed();
      if (before >= totalMs) return lateExchange(new URL(request.url).host, totalMs, before);
      const exchange = await sendExchange(world, { ...ask, limits: { ...ask.limits, totalMs: totalMs - before } }, request, signal);
      const { timings } = exchange.wire;
      connectMs ??= timings.connectMs;
      const isLate = exchange.trouble?.cause === lateCause;
      return {
        ...exchange,
        trouble: isLate ? lateTrouble(exchange.host, totalMs) : exchange.trouble,
        wire: { ...exchange.wire, timings: { ...shifted(timings, before), connectMs } },
      };
    },
    async pause(ms) {
      await world.clock.sleep(Math.max(0, Math.min(ms, totalMs - elapsed())), signal).catch(() => undefined);
    },
  };
};

const shifted = (timings: Timings, byMs: number): Timings => ({
  ...timings,
  firstByteMs: timings.firstByteMs === null ? null : byMs + timings.firstByteMs,
  firstTokenMs: timings.firstTokenMs === null ? null : byMs + timings.firstTokenMs,
  totalMs: byMs + timings.totalMs,
});

const lateCause = 'total timeout';

/** The whole limit is named, not the rest of it that the last request had. */
const lateTrouble = (host: string, totalMs: number): Trouble => ({
  outcome: 'timeout',
  cause: lateCause,
  detail: `${host} did not finish its answer within ${humanDuration(totalMs)}`,
});

const lateExchange = (host: string, limitMs: number, elapsedMs: number): Exchange => ({
  host,
  head: null,
  json: undefined,
  text: '',
  streamed: false,
  trouble: lateTrouble(host, limitMs),
  wire: noWire(elapsedMs),
});

/** The wire facts of an answer that began with one request and ended with a later one of the same steps. */
export const wireOver = (first: Wire, last: Wire): Wire => {
  const { connectMs, firstByteMs, firstTokenMs } = first.timings;
  return { ...last, httpStatus: last.httpStatus ?? first.httpStatus, timings: { ...last.timings, connectMs, firstByteMs, firstTokenMs } };
};

const farewellLimits = { connectMs: 1000, firstByteMs: 2000, stallMs: 2000, totalMs: 2000 };

/** A last request after a turn that is over or given up, so that nothing is left running at the agent. Best effort: what it answers is dropped. */
export const sendFarewell = async (world: World, ask: Ask, request: ExchangeRequest): Promise<void> => {
  const closing = { ...request, emptyOk: true, textOk: true };
  await sendExchange(world, { ...ask, limits: farewellLimits }, closing, new AbortController().signal);
};
