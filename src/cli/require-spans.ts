import type { Fleet } from '../fleet/agent.ts';
import { usageError } from '../ground/errors.ts';
import { whyNoTraces } from '../telemetry/traces/metrics-backends.ts';

/** Where an answer is empty because nothing can be in it, that is the answer: of a backend with `mode: metrics` there are no spans. */
export const requireSpans = (fleet: Fleet, isEmpty: boolean, agent: string | null = null): void => {
  const why = isEmpty ? whyNoTraces(fleet, agent) : null;
  if (why !== null) throw usageError({ code: 'no_single_traces', ...why });
};
