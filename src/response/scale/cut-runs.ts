import type { ScaleView } from './scale-view.ts';

/** How many of the runs in flight are with workers that go, if they are spread evenly; null: not known, or none goes. */
export const cutRuns = ({ decision, workers, facts }: Pick<ScaleView, 'decision' | 'workers' | 'facts'>): number | null => {
  if (decision.move !== 'down' || decision.wanted === null || workers.count === null || facts.inFlight === null) return null;
  return Math.ceil((facts.inFlight * (workers.count - decision.wanted)) / Math.max(1, workers.count));
};
