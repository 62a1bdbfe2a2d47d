import { refusedError } from '../../ground/errors.ts';
import { Conflict } from '../../ground/store/conflict.ts';
import { holdLease, type Lease } from '../../ground/store/lease.ts';
import { openLeaseWriter } from '../../ground/store/lease-writer.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
import type { Trial } from './trial.ts';
import { trialWrites } from './trials.journal.ts';

export interface TrialRecorder {
  /** Resolves when the trial outlives this process; rejects with what storing it failed with. */
  add(trial: Trial): Promise<void>;
  /** Writes something of the run itself, and what is held with it; durable on return. */
  commit(writes: readonly Write[]): Promise<void>;
  /** Resolves when every trial is stored; rejects with what storing them failed with. */
  close(): Promise<void>;
}

/** What is written with the trials that wait, and what it is to survive. */
interface Order {
  readonly writes: readonly Write[];
  readonly survives: 'power cut' | 'kill';
}

/**
 * Stores trials as they end, those of one turn of the event loop in one commit: a longer wait would make trials end in step, and all of them
 * wait for each other. Safe from a kill at once, and from a power cut with the next commit of the run or heartbeat. Every commit renews the
 * lease of the run, and fails where another process has taken it over meanwhile; so does a heartbeat while nothing ends.
 * @param onFailure is told once of what storing failed with, so that nothing more is asked
 */
export const recordTrials = (journal: Journal, lease: Lease, onFailure: (thrown: unknown) => void): TrialRecorder => {
  let held: Trial[] = [];
  let soon: Promise<void> | null = null;
  let failure: unknown = null;

  const save = async ({ writes, survives }: Order) => {
    if (failure !== null) throw failure;
    const batch = held;
    held = [];
    try {
      await journal.commit([holdLease(lease, await journal.now()), ...trialWrites(batch), ...writes], survives);
    } catch (thrown) {
      failure = thrown instanceof Conflict ? lostLease(lease) : thrown;
      onFailure(failure);
      throw failure;
    }
  };
  // What a heartbeat fails with is told by onFailure and again by close.
  const writer = openLeaseWriter<Order>(lease, { writes: [], survives: 'power cut' }, save);
  return {
    add(trial) {
      held.push(trial);
      soon ??= new Promise<void>((done) => setImmediate(done)).then(() => {
        soon = null;
        return writer.write({ writes: [], survives: 'kill' });
      });
      return soon;
    },
    commit: (writes) => writer.write({ writes, survives: 'power cut' }),
    async close() {
      await writer.stop();
      await writer.write({ writes: [], survives: 'power cut' });
    },
  };
};

const lostLease = ({ name }: Lease): unknown =>
  refusedError({
    code: 'run_taken_over',
    message: `another process has taken over ${name} while this one stood still for too long; it goes on there`,
    hint: 'agentops eval runs shows how far it is',
  });
