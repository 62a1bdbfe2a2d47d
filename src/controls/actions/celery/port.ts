import type { CeleryWorker } from '../../../clients/celery.ts';
import type { CeleryCommand } from '../../../clients/celery-mailbox.ts';
import type { Desired, Touched } from '../port.ts';

/** What one worker, or all, are to be told. */
export interface Telling {
  readonly command: CeleryCommand;
  /** Names of workers; null: every worker that is meant. */
  readonly destination: readonly string[] | null;
}

export interface Wish {
  readonly from: Touched;
  readonly to: Touched;
  /** Why it cannot be taken back; null: it can. */
  readonly lasting: string | null;
}

/** One thing about Celery workers that an action changes. Pure: it says what to tell them and what their answers mean. */
export interface CeleryAspect {
  readonly healthy: (isOpen: boolean) => Touched;
  /** For people: `queue agents`. */
  readonly name: string;
  readonly stopsInFlight: boolean;
  /** Null: none of the workers has to do with it. */
  touched(workers: readonly CeleryWorker[]): Touched | null;
  /** Throws a usage error where the wish makes no sense. */
  wish(want: Desired, now: Touched): Wish;
  /** What to tell workers so that a target that is as `from` becomes as `to`. */
  tell(from: Touched, to: Touched, workers: readonly CeleryWorker[]): readonly Telling[];
  /** True: nothing is left to put back, though it does not stand so: workers that were changed are gone, or started anew. */
  isPutBack?(to: Touched, workers: readonly CeleryWorker[]): boolean;
}
