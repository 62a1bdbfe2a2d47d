import type { Ownership } from '../traces/ownership.ts';
import type { Aggregate } from '../traces/port.ts';

/** The counts and latencies of a bucket, as a backend told them. Microseconds and nano-dollars; null: not told. */
export type Told = Pick<
  Aggregate,
  'requests' | 'errors' | 'inputTokens' | 'outputTokens' | 'costNanos' | 'latencyP50Us' | 'latencyP95Us' | 'latencyP99Us'
>;

/** One bucket of one set of labels and one model. */
export interface AggregateRow extends Told {
  readonly bucketUs: number;
  readonly widthUs: number;
  /** Canonical text that ownership rules are asked with. */
  readonly labels: string;
  readonly model: string | null;
}

/**
 * Adds one account to another: counts add up. Of quantiles the greatest stands: over several buckets nobody can tell them, and they are no
 * greater than that.
 */
export const addTold = (a: Told, b: Told): Told => ({
  requests: a.requests + b.requests,
  errors: both(a.errors, b.errors, sum),
  inputTokens: both(a.inputTokens, b.inputTokens, sum),
  outputTokens: both(a.outputTokens, b.outputTokens, sum),
  costNanos: both(a.costNanos, b.costNanos, sum),
  latencyP50Us: both(a.latencyP50Us, b.latencyP50Us, Math.max),
  latencyP95Us: both(a.latencyP95Us, b.latencyP95Us, Math.max),
  latencyP99Us: both(a.latencyP99Us, b.latencyP99Us, Math.max),
});

const sum = (a: number, b: number): number => a + b;
const both = (a: number | null, b: number | null, join: (a: number, b: number) => number): number | null =>
  a === null ? b : b === null ? a : join(a, b);

/** What a backend told in several answers, one row a bucket, labels and model. The order of the answers does not matter. */
export const joinAggregates = (told: readonly Aggregate[], ownership: Ownership): readonly AggregateRow[] => {
  const rows = new Map<string, AggregateRow>();
  for (const each of told) {
    const labels = labelsOf(each.labels, ownership);
    const key = `${each.bucketUs} ${each.model} ${labels}`;
    const known = rows.get(key);
    const { bucketUs, widthUs, model } = each;
    rows.set(key, { bucketUs, widthUs, labels, model, ...addTold(known ?? nothingTold, each) });
  }
  return [...rows.values()];
};

export const nothingTold: Told = {
  requests: 0,
  errors: null,
  inputTokens: null,
  outputTokens: null,
  costNanos: null,
  latencyP50Us: null,
  latencyP95Us: null,
  latencyP99Us: null,
};

/** Labels have the names of `traces.match`. */
const labelsOf = (labels: Aggregate['labels'], ownership: Ownership): string => {
  const { trace_name, service_name, agent_name, environment, ...rest } = labels;
  const metadata = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name.replace(/^metadata\./, ''), value]));
  const place = {
    traceName: trace_name ?? null,
    serviceName: service_name ?? null,
    agentName: agent_name ?? null,
    environment: environment ?? null,
  };
  return ownership.labelsOf({ ...place, tags: [], metadata }, null);
};
