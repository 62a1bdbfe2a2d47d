import { randomUUID } from 'node:crypto';
import { dutyWrite } from '../../controls/actions/mitigations.journal.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Registry } from '../../fleet/slots.ts';
import { actorOf } from '../../ground/audit/actor.ts';
import { messageOf, OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { holdLease, type Lease, releaseLease, takeLease } from '../../ground/store/lease.ts';
import { openLeaseWriter } from '../../ground/store/lease-writer.ts';
import type { NotifierRegistry } from '../../oversight/notify/port.ts';
import type { TraceBackend } from '../../telemetry/traces/port.ts';
import type { Verifiers } from '../runbooks/open-run-aids.ts';
import type { CalledRun } from './called-run.ts';
import { type Duty, type DutyName, duties, tickDuty } from './duties.ts';
import { openWork } from './open-work.ts';
import { sendPing } from './send-ping.ts';
import { hasFailed, summaryOf, type Tick, type TickProblem } from './tick.ts';

/** What a tick is given from above. */
export interface TickAids {
  /** Asks the checks whose time has come, and answers how many were asked. */
  readonly checks: (ctx: Context) => Promise<number>;
  readonly verifiers: Verifiers;
  readonly backends: Registry<TraceBackend>;
  readonly channels: NotifierRegistry;
}

export interface TickRequest {
  readonly duties: readonly DutyName[];
  /** Another tick is waited for; otherwise it is left alone. */
  readonly waits: boolean;
}

export type TickEvent =
  | { readonly event: 'waiting' }
  | { readonly event: 'duty'; readonly duty: DutyName; readonly summary: string }
  | { readonly event: 'problem'; readonly problem: TickProblem };

/** A tick, and what it has begun and does not wait for: runbooks look for a quarter of an hour whether they helped. */
export interface TickBegun {
  readonly tick: Tick;
  /** Null: nothing goes on. Resolves with how every run that was called ended, when people were told of it. */
  readonly rest: Promise<readonly CalledRun[]> | null;
}

/** One that was killed is given up after this, ms. */
const leaseMs = 20_000;
/** Between two looks whether another tick is done, ms. */
const waitMs = 1000;
/** What does not heed its deadline is left behind this much later, ms. */
const graceMs = 5000;

/**
 * Does once what has to be done every minute or so, each duty with its own deadline and its own failure: one that fails keeps no other from
 * being done. Only one process at a time is at it. When the signal fires, the duty under way is done or cut short where that is safe, and
 * no other is begun. Throws only where the journal cannot be had.
 */
export const runTick = async (
  ctx: Context,
  fleet: Fleet,
  { duties: wanted, waits }: TickRequest,
  aids: TickAids,
  on: (event: TickEvent) => void,
): Promise<TickBegun> => {
  const began = ctx.clock.monotonic();
  const rid = randomUUID();
  const lease = await heldByUs(ctx, waits, on).catch(async (thrown) => {
    await sendPing(ctx, fleet, 'fail', rid, ctx.secrets.mask(messageOf(thrown)));
    throw thrown;
  });
  const at = ctx.clock.now();
  const work = openWork(ctx, fleet, aids);
  const problems: TickProblem[] = [];
  const took: { duty: DutyName; tookMs: number }[] = [];
  const tickNow = (): Tick => ({
    ...{ at, tookMs: ctx.clock.monotonic() - began, isBusy: lease === null, duties: took },
    ...work.done(),
    problems: [...problems, ...work.problems()],
  });
  if (lease === null) return { tick: tickNow(), rest: null };
  const tell = (problem: TickProblem) => {
    problems.push(problem);
    on({ event: 'problem', problem });
  };
  const journal = await ctx.journal();
  const writer = openLeaseWriter(
    lease,
    async () => journal.commit([holdLease(lease, await journal.now())], 'kill'),
    (order) => order(),
  );
  try {
    // Not waited for: a watchdog that hangs must not hold the duties up.
    const started = sendPing(ctx, fleet, 'start', rid);
    for (const duty of duties) {
      if (!wanted.includes(duty.name) || ctx.signal.aborted) continue;
      on({ event: 'duty', duty: duty.name, summary: duty.summary });
      const from = ctx.clock.monotonic();
      const problem = await attempt(ctx, duty, (own) => work.run(duty.name, own));
      took.push({ duty: duty.name, tookMs: ctx.clock.monotonic() - from });
      if (problem !== null) tell(problem);
    }
    // Of what was done meanwhile people are told in the same tick.
    if (wanted.includes('notify') && !ctx.signal.aborted) {
      const problem = await attempt(ctx, tellAgain, (own) => work.run('notify', own));
      if (problem !== null) tell(problem);
    }
    if (!ctx.signal.aborted) await journal.commit([dutyWrite(tickDuty, await journal.now())]);
    const tick = tickNow();
    const deaf = [await started, await sendPing(ctx, fleet, hasFailed(tick) ? 'fail' : 'success', rid, aboutOf(ctx, tick))];
    const [unheard] = deaf.filter((why) => why !== null);
    // Whoever waits for the ping notices that it does not come: the work was done all the same.
    if (unheard !== undefined) on({ event: 'problem', problem: { duty: 'watchdog', message: unheard, hint: null, isFailure: false } });
    return { tick, rest: work.rest() };
  } finally {
    await writer.stop();
    await releaseLease(journal, lease);
  }
};

const tellAgain = { ...(duties.find(({ name }) => name === 'notify') as Duty), name: 'notify' } as const;

/** What went wrong, for whoever is called by the watchdog. */
const aboutOf = (ctx: Context, tick: Tick): string =>
  ctx.secrets.mask([summaryOf(tick), ...tick.problems.map(({ duty, message }) => `${duty}: ${message}`)].join('\n'));

/** Null: another process is at it. */
const heldByUs = async (ctx: Context, waits: boolean, on: (event: TickEvent) => void): Promise<Lease | null> => {
  const journal = await ctx.journal();
  const owner = `${actorOf(ctx.env, () => ctx.process.owner())} ${randomUUID()}`;
  for (let isFirst = true; ; isFirst = false) {
    const lease = await takeLease(journal, { name: 'tick', owner, ttlMs: leaseMs });
    if (lease !== null || !waits || ctx.signal.aborted) return lease;
    if (isFirst) on({ event: 'waiting' });
    // Rejects when the signal fires: then it is not waited for any more.
    await ctx.clock.sleep(waitMs, ctx.signal).catch(() => undefined);
  }
};

/** Carries out one duty within its time; null: it went well. */
const attempt = async (
  ctx: Context,
  { name, deadlineMs, endsEarly }: Duty & { readonly name: DutyName },
  work: (ctx: Context) => Promise<void>,
): Promise<TickProblem | null> => {
  const late = new AbortController();
  const over = new AbortController();
  const signal = endsEarly ? AbortSignal.any([ctx.signal, late.signal]) : late.signal;
  const deadline = (async () => {
    await ctx.clock.sleep(deadlineMs, over.signal);
    late.abort(new Error(`${name} took too long`));
    await ctx.clock.sleep(graceMs, over.signal);
  })();
  const tooLate = { duty: name, message: `it was not done within ${deadlineMs / 1000} s, and was cut off`, hint: null, isFailure: true };
  try {
    const ended = await Promise.race([work({ ...ctx, signal }).then(() => 'done' as const), deadline.then(() => 'left behind' as const)]);
    return ended === 'left behind' || late.signal.aborted ? tooLate : null;
  } catch (thrown) {
    if (late.signal.aborted) return tooLate;
    if (ctx.signal.aborted && endsEarly) return null;
    if (thrown instanceof OpsError) return { duty: name, message: ctx.secrets.mask(thrown.message), hint: thrown.hint, isFailure: true };
    return { duty: name, message: `this is a bug in agentops: ${ctx.secrets.mask(messageOf(thrown))}`, hint: null, isFailure: true };
  } finally {
    over.abort();
    // Rejects because it is over: that is how it ends.
    deadline.catch(() => undefined);
  }
};
