import { recordAct } from '../../ground/audit/record-act.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { breakLease, heldLeases } from '../../ground/store/lease.ts';
import { responseAct } from './acts.ts';
import { type HeldLock, lockLease, runLease, runOf } from './open-locks.ts';

/**
 * Takes a lock away from the run that holds it, and the lease of that run with it: whatever it still does is not recorded any more. Null:
 * nobody held it.
 */
export const recordBrokenLock = (ctx: Context, lock: string, reason: string): Promise<HeldLock | null> =>
  recordAct(ctx, async (journal) => {
    const held = (await heldLeases(journal, lockLease(lock))).find(({ name }) => name === lockLease(lock));
    if (held === undefined) return { writes: [], act: null, answer: null };
    const run = runOf(held.owner);
    const own = (await heldLeases(journal, runLease(run))).filter(({ name, owner }) => name === runLease(run) && owner === held.owner);
    return {
      writes: [held, ...own].map(breakLease),
      act: responseAct('lock.break', lock, { run, evidence: reason }),
      answer: { lock, run, expiresAt: held.expiresAt },
    };
  });
