import { depthOf, type QueueSample } from '../../controls/queues/queue-sample.ts';

/** How fast a queue fills and empties; null: not known. */
export interface QueueRates {
  /** Over so long, ms. */
  readonly overMs: number | null;
  readonly inPerMinute: number | null;
  readonly outPerMinute: number | null;
  /** Out less in, a minute: above 0 it empties. */
  readonly drainPerMinute: number | null;
  /** Until it is empty at this rate, ms; null also where it fills. */
  readonly emptyMs: number | null;
}

/** Rates of longer ago say nothing of now, ms. */
export const rateWindowMs = 900_000;
/** Over less than this they are chance, ms. */
const leastMs = 20_000;

const unknownRates: QueueRates = { overMs: null, inPerMinute: null, outPerMinute: null, drainPerMinute: null, emptyMs: null };

/** The rates over the last quarter of an hour of samples, oldest first. */
export const ratesOf = (samples: readonly QueueSample[]): QueueRates => {
  const last = samples.at(-1);
  const depth = last === undefined ? null : depthOf(last);
  const first = samples.find((each) => last !== undefined && last.at - each.at <= rateWindowMs && depthOf(each) !== null);
  if (last === undefined || first === undefined || depth === null || last.at - first.at < leastMs) return unknownRates;
  const overMs = last.at - first.at;
  const minutes = overMs / 60_000;
  const drainPerMinute = ((depthOf(first) ?? 0) - depth) / minutes;
  const put = addedBetween(first, last);
  return {
    overMs,
    inPerMinute: put === null ? null : put / minutes,
    outPerMinute: put === null ? null : Math.max(0, put / minutes + drainPerMinute),
    drainPerMinute,
    emptyMs: depth === 0 ? 0 : drainPerMinute > 0 ? (depth / drainPerMinute) * 60_000 : null,
  };
};

/** How much was put in between two samples; null: it is not counted, or the count began anew in between. */
export const addedBetween = (first: QueueSample, last: QueueSample): number | null =>
  first.added === null || last.added === null || last.added < first.added ? null : last.added - first.added;
