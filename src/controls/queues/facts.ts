import type { QueueFacts, QueueFigure } from './port.ts';

/** A figure as it was found: its value, null where there is nothing that it could tell of, or why it is not known. */
export type Found = number | null | { readonly unknown: string };

/** The facts of a queue out of what was found of each figure. */
export const queueFacts = (found: Readonly<Record<QueueFigure, Found>>): QueueFacts => {
  const { ready, inFlight } = found;
  return {
    depth: typeof ready === 'number' && typeof inFlight === 'number' ? ready + inFlight : null,
    ready: figureOf(ready),
    inFlight: figureOf(inFlight),
    workers: figureOf(found.workers),
    oldestMs: figureOf(found.oldestMs),
    waitMs: figureOf(found.waitMs),
    added: figureOf(found.added),
    unknown: Object.fromEntries(
      Object.entries(found).flatMap(([figure, each]) => (each !== null && typeof each === 'object' ? [[figure, each.unknown]] : [])),
    ),
  };
};

/** A queue of which nothing is known, and why. */
export const unknownQueue = (why: string): QueueFacts => {
  const unknown = { unknown: why };
  return queueFacts({ ready: unknown, inFlight: unknown, workers: unknown, oldestMs: unknown, waitMs: unknown, added: unknown });
};

/** Why the depth of a queue is not known; null: it is. */
export const whyNoDepth = ({ depth, unknown }: QueueFacts): string | null =>
  depth === null ? (unknown.ready ?? unknown.inFlight ?? 'it does not tell how much waits') : null;

const figureOf = (found: Found): number | null => (typeof found === 'number' ? found : null);
