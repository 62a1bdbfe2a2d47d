import { refusedError } from '../../../ground/errors.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import { Conflict } from '../../../ground/store/conflict.ts';
import { holdLease, releaseLease } from '../../../ground/store/lease.ts';
import { openLeaseWriter } from '../../../ground/store/lease-writer.ts';
import type { Journal, Write } from '../../../ground/store/port.ts';
import { waitForLease } from '../open-run.ts';

/** The right to grade production alone: two at once would each spend the whole cap. */
export interface Grading {
  /** Writes, and renews the right; throws a refused error where another process has taken it over meanwhile. */
  commit(writes: readonly Write[]): Promise<void>;
  close(): Promise<void>;
}

const leaseName = 'eval-online';

/** Takes the right to grade, and keeps it until it is closed. Throws a refused error where another process has it. */
export const startGrading = async (ctx: Context, journal: Journal): Promise<Grading> => {
  const hint = 'let it come to its end: agentops eval online goes on where it stopped';
  const lease = await waitForLease(ctx, journal, leaseName, () =>
    refusedError({ code: 'grading_held', message: 'another process is grading production', hint }),
  );
  const save = async (writes: readonly Write[]) => {
    try {
      await journal.commit([holdLease(lease, await journal.now()), ...writes]);
    } catch (thrown) {
      if (!(thrown instanceof Conflict)) throw thrown;
      const message = 'another process has taken over the grading while this one stood still for too long';
      throw refusedError({ code: 'grading_taken_over', message, hint });
    }
  };
  // What a heartbeat fails with fails again with the next write, which tells.
  const writer = openLeaseWriter<readonly Write[]>(lease, [], save);
  return {
    commit: writer.write,
    async close() {
      await writer.stop();
      await releaseLease(journal, lease);
    },
  };
};
