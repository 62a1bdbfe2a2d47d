import type { QueueFacts } from './port.ts';

/** How a queue stood at a moment, as it is kept; null: it was not known. */
export interface QueueSample {
  /** UTC epoch ms. */
  readonly at: number;
  readonly ready: number | null;
  readonly inFlight: number | null;
  /** Who took work, as the queue saw them. */
  readonly workers: number | null;
  /** How many workers the control that scales them was set to. */
  readonly replicas: number | null;
  readonly oldestMs: number | null;
  readonly waitMs: number | null;
  readonly added: number | null;
}

/** What is kept of a queue that was read. @param replicas as the control that scales its workers has it; null: it was not asked */
export const sampleOf = (at: number, facts: QueueFacts, replicas: number | null): QueueSample => ({
  at,
  ready: facts.ready,
  inFlight: facts.inFlight,
  workers: facts.workers,
  replicas,
  oldestMs: facts.oldestMs,
  waitMs: facts.waitMs,
  added: facts.added,
});

/** What waits and what is worked on; null: one of the two is not known. */
export const depthOf = ({ ready, inFlight }: Pick<QueueSample, 'ready' | 'inFlight'>): number | null =>
  ready === null || inFlight === null ? null : ready + inFlight;

/** How long work waits, ms: the oldest that does so still, or the newest that was begun. Null: nothing waits, or neither is known. */
export const waitOf = ({ ready, oldestMs, waitMs }: Pick<QueueSample, 'ready' | 'oldestMs' | 'waitMs'>): number | null => {
  const known = [oldestMs, waitMs].filter((ms) => ms !== null);
  return ready === null || ready === 0 || known.length === 0 ? null : Math.max(...known);
};
