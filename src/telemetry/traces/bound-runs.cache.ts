import type { Cache } from '../../ground/store/port.ts';
import { kind } from './codes.ts';
import { dictionaryOf } from './dictionary.cache.ts';
import { packId } from './identifier.ts';
import type { Ownership } from './ownership.ts';
import { readSpans, type StoredSpan } from './span-rows.cache.ts';

/** A request to an agent, as far as its own token vouches for it. */
export interface BoundRun {
  readonly traceId: string;
  /** Microseconds. */
  readonly startUs: number;
  /** Calls of models, tools, retrievals and guardrails. */
  readonly steps: number;
  /** Input and output, counted once. */
  readonly tokens: number;
  readonly costNanos: number;
}

/**
 * What each of some traces holds of an agent: only spans that came with its token, because anybody could have sent the others. Our own probes
 * are left out.
 */
export const readBoundRuns = (
  cache: Cache,
  ownership: Ownership,
  { source, agent, traceIds }: { readonly source: string; readonly agent: string; readonly traceIds: readonly string[] },
): readonly BoundRun[] => {
  const words = dictionaryOf(cache);
  const sourceNo = words.find('source', source);
  if (sourceNo === null) return [];
  const isBound = (span: StoredSpan): boolean => {
    const labels = words.word(span.facts.labels);
    return labels !== null && ownership.claimOf(labels, source).bound === agent;
  };
  return traceIds.flatMap((traceId): readonly BoundRun[] => {
    const [trace] = cache.all<{ no: number }>('SELECT no FROM trace WHERE source = ? AND trace_id = ?', sourceNo, packId(traceId));
    if (trace === undefined) return [];
    const spans = [...readSpans(cache, trace.no).values()].filter((span) => span.facts.synthetic === 0 && isBound(span));
    return spans.length === 0 ? [] : [{ traceId, ...sumsOf(spans) }];
  });
};

const sumsOf = (spans: readonly StoredSpan[]): Omit<BoundRun, 'traceId'> => {
  let [startUs, steps, tokens, costNanos] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  const parents = new Set(spans.map(({ facts }) => facts.parentId));
  for (const { facts, counts } of spans) {
    startUs = Math.min(startUs, facts.startUs);
    // While the root of a request is under way its first span stands in for it, and seems to wrap the others.
    const isTold = counts || !parents.has(facts.id);
    const isModel = facts.kind === kind.llm || facts.kind === kind.embedding;
    // The wrapper of a model call is the same call told twice.
    if (facts.kind >= kind.llm && (!isModel || isTold)) steps += 1;
    if (!isTold) continue;
    tokens += (facts.inTok ?? 0) + (facts.outTok ?? 0);
    costNanos += facts.costNanos ?? 0;
  }
  return { startUs, steps, tokens, costNanos };
};
