import type { ShownSpan, ShownTrace } from './trace.cache.ts';
import { blameOf, criticalPath, repeatedCalls } from './tree.ts';

/** One span as a line of the tree. */
export interface OutlineLine {
  readonly span: ShownSpan;
  /** Whose part of the trace it is in; null: nobody's. */
  readonly agent: string | null;
  /** This span is where the agent takes over. */
  readonly isEntry: boolean;
  /** For each level above, from the root down: whether another branch of it follows below; the last is its own. */
  readonly branches: readonly boolean[];
  /** The end of the trace waited for it. */
  readonly isCritical: boolean;
  /** This call was made before with the same arguments: the how-manieth it is, of how many; null: it was not. */
  readonly repeat: { readonly nth: number; readonly of: number } | null;
  /** Hangs here only because its own parent never came. */
  readonly isAdopted: boolean;
}

/** A trace ready to be drawn. Microseconds. */
export interface Outline {
  readonly lines: readonly OutlineLine[];
  readonly startUs: number;
  readonly durationUs: number;
  /** The agent that caused the failure; null where the trace did not fail, or nobody's part did. */
  readonly blamed: string | null;
  /** Calls made again with the same arguments, most often first. */
  readonly repeated: readonly { readonly name: string; readonly times: number }[];
}

/** Nests a trace and marks what is worth seeing in it: the critical path, calls that repeat, hand-overs, who caused a failure. */
export const outlineOf = ({ spans, tree, runs }: ShownTrace): Outline => {
  const critical = new Set(criticalPath(spans, tree));
  const repeats = repeatedCalls(spans);
  const repeatAt = new Map(repeats.flatMap(({ at }) => at.map((position, nth) => [position, { nth: nth + 1, of: at.length }] as const)));
  const agentOf = new Map(runs.map(({ runNo, agent }) => [runNo, agent]));
  const entries = new Set(runs.map(({ entryId }) => entryId));
  const lastChild = new Map<number, number>();
  for (const at of tree.order) lastChild.set(tree.parent[at] ?? -1, at);
  const branches = new Map<number, readonly boolean[]>();
  const lines = tree.order.map((at): OutlineLine => {
    const span = spans[at] as ShownSpan;
    const above = tree.parent[at] ?? -1;
    const own = above === -1 ? [] : [...(branches.get(above) ?? []), lastChild.get(above) !== at];
    branches.set(at, own);
    return {
      span,
      agent: agentOf.get(span.runNo) ?? null,
      isEntry: entries.has(span.id),
      branches: own,
      isCritical: critical.has(at),
      repeat: repeatAt.get(at) ?? null,
      isAdopted: tree.adopted.has(at),
    };
  });
  const startUs = spans.reduce((first, span) => Math.min(first, span.startUs), Number.POSITIVE_INFINITY);
  const endUs = spans.reduce((last, span) => Math.max(last, span.startUs + (span.durationUs ?? 0)), 0);
  return {
    lines,
    startUs: spans.length === 0 ? 0 : startUs,
    durationUs: spans.length === 0 ? 0 : endUs - startUs,
    blamed: blameOf(runs)?.agent ?? null,
    repeated: repeats.map(({ name, at }) => ({ name, times: at.length })),
  };
};
