import { setMaxListeners } from 'node:events';
import type { Context } from '../../ground/runtime/context.ts';
import type { AskedTrial, PlannedTrial } from './ask-trial.ts';
import { afterCut, afterGrades, afterTurn, type Breaker, isNoAnswer } from './breaker.ts';
import { affordable, capReached, type MoneyCap, reserve, settle } from './money-cap.ts';
import { afterAnswer, afterRefusal, type Pace } from './pace.ts';
import type { RunStatus } from './run.ts';
import { type Cost, nanosOf, nothingPaid, type Paid, paidFor, together } from './trial-cost.ts';

/** Why nothing more is sent. */
export interface Stop {
  readonly status: Extract<RunStatus, 'capped' | 'broken'>;
  /** One sentence. */
  readonly because: string;
}

/** What decides how fast, how long and for how much trials are sent. Outlives the rounds of a run. */
export interface Throttle {
  pace: Pace;
  breaker: Breaker;
  cap: MoneyCap;
  stop: Stop | null;
  /** Ends what is in flight. */
  readonly abort: AbortController;
}

export interface TrialWork {
  /** Never throws; null where it was given up. */
  ask(planned: PlannedTrial, signal: AbortSignal): Promise<AskedTrial | null>;
  /**
   * Takes in what was answered.
   * Resolves when it is kept: until then the trial counts as in flight, so that a kill makes nothing else be asked again.
   * @returns what it cost
   */
  end(planned: PlannedTrial, asked: AskedTrial, startedAt: number): Promise<Cost>;
}

/** A trial on its way, and what attempts that met a quota half-way have cost. */
interface Queued {
  readonly planned: PlannedTrial;
  readonly paid: Paid;
}

/**
 * Makes the trials of one round, as many at once as the pace allows, each sent only when the cap has room for it. Ends when all that were
 * sent have ended: with the last trial, with a signal, or with `throttle.stop`. A trial that met a quota is sent again later.
 */
export const runTrials = async (
  ctx: Context,
  throttle: Throttle,
  trials: AsyncIterable<PlannedTrial>,
  { ask, end }: TrialWork,
): Promise<void> => {
  const signal = AbortSignal.any([ctx.signal, throttle.abort.signal]);
  // Every request in flight listens to it; that is no leak.
  setMaxListeners(0, signal);
  const queue: Queued[] = [];
  const source = trials[Symbol.asyncIterator]();
  let inFlight = 0;
  let wake = () => {};
  const change = () => new Promise<void>((done) => (wake = done));
  signal.addEventListener('abort', () => wake(), { once: true });

  const send = async ({ planned, paid }: Queued) => {
    const { cap, heldNanos } = reserve(throttle.cap);
    throttle.cap = cap;
    inFlight += 1;
    const sentAt = ctx.clock.monotonic();
    const startedAt = ctx.clock.now();
    let cost: Cost = null;
    try {
      const asked = await ask(planned, signal);
      if (asked !== null && isRefused(planned, asked)) {
        // The turns before the refused one were answered, and are asked again: what they have cost counts.
        const lost = paidFor(asked);
        cost = nanosOf(lost) || null;
        queue.push({ planned, paid: together(paid, lost) });
      } else if (asked !== null) {
        const whole = await end(planned, { ...asked, ...together(paid, asked) }, startedAt);
        cost = typeof whole === 'number' ? whole - nanosOf(paid) : whole;
      }
      if (asked !== null && planned.traceId !== null) notice(ctx, throttle, asked, sentAt);
      if (asked !== null) noticeJudges(throttle, asked);
    } finally {
      inFlight -= 1;
      throttle.cap = settle(throttle.cap, heldNanos, typeof cost === 'number' ? cost : null);
      if (typeof cost === 'object' && cost !== null && cap.capNanos !== null) stopAt(throttle, { status: 'capped', because: cost.unknown });
      wake();
    }
  };
  const failures: unknown[] = [];
  const failed = (thrown: unknown) => {
    failures.push(thrown);
    throttle.abort.abort(thrown);
  };

  try {
    for (let exhausted = false; !signal.aborted && throttle.stop === null; ) {
      const now = ctx.clock.monotonic();
      const money = affordable(throttle.cap);
      const [next] = queue;
      if (inFlight >= throttle.pace.limit || money === 'wait') await change();
      else if (next === undefined && !exhausted) {
        const { value, done } = await source.next();
        if (done === true) exhausted = true;
        else queue.push({ planned: value, paid: nothingPaid });
      } else if (next === undefined) {
        if (inFlight === 0) break;
        await change();
      } else if (money === 'no') stopAt(throttle, { status: 'capped', because: capReached(throttle.cap) });
      else if (throttle.pace.notBefore > now) await nap(ctx, throttle.pace.notBefore - now, signal, change());
      else {
        queue.shift();
        void send(next).catch(failed);
      }
    }
  } finally {
    while (inFlight > 0) await change();
    await source.return?.();
  }
  if (failures.length > 0) throw failures[0];
};

/** An answer that only says "too many requests": the trial has not been made yet. */
const isRefused = ({ traceId }: PlannedTrial, { graded }: AskedTrial): boolean =>
  traceId !== null && graded.turns.at(-1)?.outcome === 'rate_limited';

const stopAt = (throttle: Throttle, stop: Stop) => {
  throttle.stop ??= stop;
  // What is paid for may end; what hangs on a dead agent need not.
  if (stop.status === 'broken') throttle.abort.abort(new Error(stop.because));
};

const notice = (ctx: Context, throttle: Throttle, { graded }: AskedTrial, sentAt: number) => {
  const last = graded.turns.at(-1);
  if (last === undefined) return;
  const now = ctx.clock.monotonic();
  if (last.outcome === 'rate_limited') {
    throttle.pace = afterRefusal(throttle.pace, { sentAt, now, retryAfterMs: last.retryAfterMs, jitter: ctx.random() });
    throttle.breaker = afterCut(throttle.breaker, throttle.pace, now);
  } else {
    if (!isNoAnswer(last.outcome)) throttle.pace = afterAnswer(throttle.pace);
    throttle.breaker = afterTurn(throttle.breaker, last, throttle.pace.ceiling);
  }
  if (throttle.breaker.open !== null) stopAt(throttle, { status: 'broken', because: throttle.breaker.open });
};

const noticeJudges = (throttle: Throttle, { graded: { byTurn, overall } }: AskedTrial) => {
  throttle.breaker = afterGrades(throttle.breaker, [...byTurn.flat(), ...overall], throttle.pace.ceiling);
  if (throttle.breaker.open !== null) stopAt(throttle, { status: 'broken', because: throttle.breaker.open });
};

const nap = async (ctx: Context, ms: number, signal: AbortSignal, change: Promise<void>) => {
  const woken = new AbortController();
  const sleep = ctx.clock.sleep(ms, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
  await Promise.race([sleep, change]);
  woken.abort();
};
