import type { Openers } from '../../fleet/slots.ts';

/** What may be known of a queue; a name with `Ms` is in milliseconds, the others are counts. */
export type QueueFigure = 'ready' | 'inFlight' | 'workers' | 'oldestMs' | 'waitMs' | 'added';

/** A queue as it stands. Null is never 0: the figure is not known, and `unknown` says why, or there is nothing that it could tell of. */
export interface QueueFacts {
  /** What waits and what is worked on, together: as scalers count. */
  readonly depth: number | null;
  /** What waits and may be begun at once. */
  readonly ready: number | null;
  /** What a worker has taken and not ended. */
  readonly inFlight: number | null;
  /** Who takes work, as the queue sees them: consumers, connections or processes. */
  readonly workers: number | null;
  /** How long the oldest that is ready has waited; null also where nothing waits. */
  readonly oldestMs: number | null;
  /** How long the newest that was begun had waited; null also where nothing was begun lately. */
  readonly waitMs: number | null;
  /** How much was ever put in, a counter that only grows; where it falls it began anew. */
  readonly added: number | null;
  /** One sentence for each figure that is not known. Untrusted. */
  readonly unknown: Readonly<Partial<Record<QueueFigure, string>>>;
}

/**
 * Looks at one queue and changes nothing in it. Throws OpsError `unable` where its server cannot be seen, never for what it saw: a queue
 * that is not there is one of which nothing is known.
 */
export interface QueueReader {
  read(signal: AbortSignal): Promise<QueueFacts>;
}

export type QueueRegistry = Openers<QueueReader>;
