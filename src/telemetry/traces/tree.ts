/** What nesting needs to know of a span. */
export interface TreeSpan {
  readonly id: string;
  readonly parentId: string | null;
  /** Microseconds. */
  readonly startUs: number;
}

/** One trace as one tree, over the positions of its spans in the list it was grown from. */
export interface Tree {
  readonly root: number;
  /** Position of the parent; -1 for the root. */
  readonly parent: readonly number[];
  /** Parents before children, siblings by start. */
  readonly order: readonly number[];
  /** Spans that hang on the root only because their own parent is not there, or because they have none either. */
  readonly adopted: ReadonlySet<number>;
  /** The root is a stand-in: its own parent is not there. */
  readonly isHeadless: boolean;
}

/**
 * Grows one tree out of spans that may have come in any order, lack their parents, or name each other in a circle. The root is the
 * earliest span without a parent, else the earliest whose parent is missing; what is connected to nothing is adopted by the root.
 * The same spans give the same tree, whatever their order.
 */
export const growTree = (spans: readonly TreeSpan[]): Tree => {
  const position = new Map<string, number>();
  for (let at = 0; at < spans.length; at++) position.set((spans[at] as TreeSpan).id, at);
  const byStart = [...spans.keys()].sort((a, b) => compareSpans(spans[a] as TreeSpan, spans[b] as TreeSpan));
  const parentOf = (at: number): number => {
    const { parentId } = spans[at] as TreeSpan;
    return parentId === null ? -1 : (position.get(parentId) ?? -1);
  };
  const told = spans.map((_, at) => parentOf(at));
  const parentless = byStart.find((at) => spans[at]?.parentId === null);
  const root = parentless ?? byStart.find((at) => told[at] === -1) ?? byStart[0] ?? -1;
  const parent = told.map((of, at) => (at === root ? -1 : of === -1 ? root : of));
  const adopted = new Set<number>();
  for (const at of byStart) if (at !== root && told[at] === -1) adopted.add(at);

  const children: (number[] | undefined)[] = [];
  for (const at of byStart) {
    const above = parent[at] ?? -1;
    if (above === -1) continue;
    const siblings = children[above];
    if (siblings === undefined) children[above] = [at];
    else siblings.push(at);
  }
  const order: number[] = [];
  const reached = new Uint8Array(spans.length);
  const walk = (from: number) => {
    const open = [from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (reached[at] === 1) continue;
      reached[at] = 1;
      order.push(at);
      const below = children[at];
      if (below !== undefined) for (let last = below.length - 1; last >= 0; last--) open.push(below[last] as number);
    }
  };
  if (root !== -1) walk(root);
  // What is left names itself in circles: each is cut at its earliest span.
  if (order.length < spans.length) {
    for (const at of byStart) {
      if (reached[at] === 1) continue;
      parent[at] = root;
      adopted.add(at);
      walk(at);
    }
  }
  return { root, parent, order, adopted, isHeadless: parentless === undefined };
};

const compareSpans = (a: TreeSpan, b: TreeSpan): number => a.startUs - b.startUs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** A span with its length. Microseconds; null while it runs. */
export interface TimedSpan extends TreeSpan {
  readonly durationUs: number | null;
}

/**
 * The positions of the spans that the end of the trace waited for, from the root down: at each level the child that ended last, then
 * whichever ended last before that one began.
 */
export const criticalPath = (spans: readonly TimedSpan[], tree: Tree): readonly number[] => {
  const endOf = (at: number) => (spans[at]?.startUs ?? 0) + (spans[at]?.durationUs ?? 0);
  const children = childrenOf(tree);
  const path: number[] = [];
  const open: { at: number; untilUs: number }[] = tree.root === -1 ? [] : [{ at: tree.root, untilUs: Number.POSITIVE_INFINITY }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    path.push(next.at);
    const chain: { at: number; untilUs: number }[] = [];
    let untilUs = next.untilUs;
    const lastFirst = [...(children.get(next.at) ?? [])].sort((a, b) => endOf(b) - endOf(a) || b - a);
    for (const at of lastFirst) {
      if (endOf(at) > untilUs) continue;
      chain.push({ at, untilUs });
      untilUs = spans[at]?.startUs ?? 0;
    }
    open.push(...chain);
  }
  return path;
};

/** Positions of the children of each span, by start. */
export const childrenOf = ({ parent, order }: Tree): ReadonlyMap<number, readonly number[]> => {
  const children = new Map<number, number[]>();
  for (const at of order) {
    const above = parent[at] ?? -1;
    if (above === -1) continue;
    const known = children.get(above);
    if (known === undefined) children.set(above, [at]);
    else known.push(at);
  }
  return children;
};

/** A call that was made again with the same arguments. */
export interface RepeatedCall {
  readonly name: string;
  /** Positions, in the order of their start. */
  readonly at: readonly number[];
}

/** Calls of one trace with equal name and equal hash of what was asked, most often first: the mark of a loop. */
export const repeatedCalls = (
  spans: readonly (TreeSpan & { readonly name: string; readonly inputHash: number | null })[],
  atLeast = 2,
): readonly RepeatedCall[] => {
  const calls = new Map<string, { name: string; at: number[] }>();
  for (const at of [...spans.keys()].sort((a, b) => compareSpans(spans[a] as TreeSpan, spans[b] as TreeSpan))) {
    const { name, inputHash } = spans[at] ?? { name: '', inputHash: null };
    if (inputHash === null) continue;
    const key = `${inputHash} ${name}`;
    const known = calls.get(key);
    if (known === undefined) calls.set(key, { name, at: [at] });
    else known.at.push(at);
  }
  return [...calls.values()].filter(({ at }) => at.length >= atLeast).sort((a, b) => b.at.length - a.at.length);
};

/** One agent's part of a trace. */
export interface AgentPart {
  readonly runNo: number;
  /** The part that handed over to this one; null for the first. */
  readonly callerRun: number | null;
  readonly agent: string | null;
  readonly isError: boolean;
}

/**
 * Which part of a failed trace caused the failure: from the first part down along failed hand-offs to the last failed one; of several
 * failed hand-offs the latest, since the caller went on after the earlier ones. Null where the first part did not fail.
 */
export const blameOf = (parts: readonly AgentPart[]): AgentPart | null => {
  let blamed = parts.find(({ callerRun, isError }) => callerRun === null && isError) ?? null;
  const seen = new Set<number>();
  while (blamed !== null && !seen.has(blamed.runNo)) {
    seen.add(blamed.runNo);
    const caller: number = blamed.runNo;
    const deeper = parts.filter(({ callerRun, isError }) => callerRun === caller && isError).at(-1);
    if (deeper === undefined) return blamed;
    blamed = deeper;
  }
  return blamed;
};
