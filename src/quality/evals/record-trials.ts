import { refusedError } from '../../ground/errors.ts';
import { Conflict } from '../../ground/store/conflict.ts';
import { holdLease, type Lease } from '../../ground/store/lease.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
import type { Trial } from './trial.ts';
import { trialWrites } from './trials.journal.ts';

/** Long enough that a fast agent is not slowed by the disk, short enough that a kill loses next to nothing. */
const saveEveryMs = 50;

export interface TrialRecorder {
  add(trial: Trial): void;
  /** Writes something of the run itself, and what is held with it; durable on return. */
  commit(writes: readonly Write[]): Promise<void>;
  /** Resolves when every trial is stored; rejects with what storing them failed with. */
  close(): Promise<void>;
}

/**
 * Stores trials soon after they end, those within a few milliseconds in one durable commit. Every commit renews the lease of the run, and
 * fails where another process has taken it over meanwhile; so does a heartbeat while nothing ends.
 * @param onFailure is told once of what storing failed with, so that nothing more is asked
 */
export const recordTrials = (journal: Journal, lease: Lease, onFailure: (thrown: unknown) => void): TrialRecorder => {
  let held: Trial[] = [];
  let timer: NodeJS.Timeout | null = null;
  let last: Promise<void> = Promise.resolve();
  let failure: unknown = null;

  const save = async (writes: readonly Write[]) => {
    if (failure !== null) throw failure;
    const batch = held;
    held = [];
    try {
      await journal.commit([holdLease(lease, await journal.now()), ...trialWrites(batch), ...writes]);
    } catch (thrown) {
      failure = thrown instanceof Conflict ? lostLease(lease) : thrown;
      onFailure(failure);
      throw failure;
    }
  };
  const commit = (writes: readonly Write[]): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    last = last.catch(() => undefined).then(() => save(writes));
    return last;
  };
  // What fails in between is told by onFailure and again by close.
  const flush = () => void commit([]).catch(() => undefined);
  const heartbeat = setInterval(flush, lease.ttlMs / 3);
  heartbeat.unref();
  return {
    add(trial) {
      held.push(trial);
      timer ??= setTimeout(flush, saveEveryMs);
    },
    commit,
    async close() {
      clearInterval(heartbeat);
      await commit([]);
    },
  };
};

const lostLease = ({ name }: Lease): unknown =>
  refusedError({
    code: 'run_taken_over',
    message: `another process has taken over ${name} while this one stood still for too long; it goes on there`,
    hint: 'agentops eval runs shows how far it is',
  });
