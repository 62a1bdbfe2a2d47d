import { randomUUID } from 'node:crypto';
import { refusedError } from '../../ground/errors.ts';
import { heldLeases, type Lease, releaseLease, takeLease } from '../../ground/store/lease.ts';
import type { Journal } from '../../ground/store/port.ts';

/** A runner that stood still for longer than this may be replaced, ms. */
const leaseMs = 30_000;

/** What the lease of a lock of plans is called. */
export const lockLease = (lock: string): string => `lock ${lock}`;

/** What the lease of a run itself is called: one process carries it out. */
export const runLease = (run: string): string => `run ${run}`;

/** The run behind the owner of a lease. */
export const runOf = (owner: string): string => owner.split(' ')[0] ?? '';

/** A lock that a run holds. */
export interface HeldLock {
  readonly lock: string;
  readonly run: string;
  /** UTC epoch ms: then it is free unless its run has renewed it. */
  readonly expiresAt: number;
}

/** The locks that runs hold now, by name. */
export const heldLocks = async (journal: Journal): Promise<readonly HeldLock[]> =>
  (await heldLeases(journal, lockLease(''))).map(({ name, owner, expiresAt }) => ({
    lock: name.slice(lockLease('').length),
    run: runOf(owner),
    expiresAt,
  }));

/**
 * Takes the leases of a run, and of every lock of its plan in the order of their names, or none. Throws a refused error that says who is at it.
 * @param locks sorted, so that two runs never wait for each other's
 */
export const openLocks = async (journal: Journal, run: string, locks: readonly string[]): Promise<readonly Lease[]> => {
  const owner = `${run} ${randomUUID()}`;
  const taken: Lease[] = [];
  for (const name of [runLease(run), ...locks.map(lockLease)]) {
    const lease = await takeLease(journal, { name, owner, ttlMs: leaseMs });
    if (lease === null) {
      const [held] = await heldLeases(journal, name);
      for (const each of taken) await releaseLease(journal, each);
      throw refusedError(
        name === runLease(run)
          ? {
              code: 'run_busy',
              message: `run ${run} goes on in another process`,
              hint: 'agentops runbook runs shows how far it is; a process that was killed is given up after 30 s',
            }
          : { code: 'locked', message: `${name} is held by run ${runOf(held?.owner ?? '')}`, hint: 'agentops locks list' },
      );
    }
    taken.push(lease);
  }
  return taken;
};
