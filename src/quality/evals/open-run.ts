import { randomUUID } from 'node:crypto';
import { refusedError, usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { Conflict } from '../../ground/store/conflict.ts';
import { holdLease, type Lease, leaseEnd, releaseLease, takeLease } from '../../ground/store/lease.ts';
import type { Journal } from '../../ground/store/port.ts';
import type { EvalRun } from './run.ts';
import { beginWrite, readRun, updateWrite } from './runs.journal.ts';

/** How long a run belongs to a process that shows no sign of life; long enough for a busy machine, short enough to go on soon after a kill. */
const leaseMs = 6000;
const lookEveryMs = 200;

/**
 * Takes a run for this process alone: a new one is written down, one that was begun before goes on. A run of a process that was killed
 * is free when its lease has run out, which is waited for. Throws a refused error where somebody else is at it: the lease is renewed.
 */
export const openRun = async (ctx: Context, journal: Journal, run: EvalRun, isNew: boolean): Promise<Lease> => {
  const lease = await waitForLease(ctx, journal, `eval:${run.id}`, () =>
    refusedError({
      code: 'run_held',
      message: `another process is at the run ${run.id}`,
      hint: 'agentops eval runs shows how far it is',
    }),
  );
  try {
    await journal.commit([holdLease(lease, await journal.now()), isNew ? beginWrite(run) : updateWrite(run)]);
  } catch (thrown) {
    await releaseLease(journal, lease);
    if (!(thrown instanceof Conflict) || (await readRun(journal, run.id)) === null) throw thrown;
    throw usageError({
      code: 'run_exists',
      message: `there is a run ${run.id} already`,
      hint: `go on with it by agentops eval run --resume ${run.id}, or give the new one another name by --run`,
    });
  }
  return lease;
};

/** Takes a lease; one whose holder was killed is free when it has run out, which is waited for. Throws `held` where it is renewed meanwhile. */
export const waitForLease = async (ctx: Context, journal: Journal, name: string, held: () => Error): Promise<Lease> => {
  const owner = randomUUID();
  const before = (await leaseEnd(journal, name)) ?? 0;
  for (;;) {
    const lease = await takeLease(journal, { name, owner, ttlMs: leaseMs });
    if (lease !== null) return lease;
    if (((await leaseEnd(journal, name)) ?? 0) > before) throw held();
    await ctx.clock.sleep(lookEveryMs, ctx.signal);
  }
};
