import { bucketOf, type Grain, widthUs } from '../../ground/units/window.ts';
import type { RunRow } from './cell.ts';

/** What requests can be grouped by without looking at each, with its number in the cache. `agent` is all requests: every cell has its agent. */
export const facets = { agent: 0, task: 1, env: 2, release: 3, prompt: 4, error: 5, caller: 6, user: 7 } as const;
export type Facet = keyof typeof facets;

/** The widths each facet is kept in, finest first; a window's finer ends are read from single requests. */
export const facetGrains: Readonly<Record<Facet, readonly Grain[]>> = {
  agent: ['quarter', 'hour', 'day'],
  task: ['hour', 'day'],
  env: ['hour', 'day'],
  release: ['hour', 'day'],
  prompt: ['hour', 'day'],
  error: ['hour', 'day'],
  caller: ['hour', 'day'],
  user: ['day'],
};

/** Stands for all the values of a facet that were too many to keep apart. */
export const otherKey = -1;

/** The key of a request under a facet. */
export const keyOf = (facet: Facet, run: RunRow): number => {
  if (facet === 'agent') return 0;
  if (facet === 'error') return run.error_type;
  return run[facet];
};

/** A cell with its place. */
export interface Placed<Cell> {
  readonly key: number;
  readonly agent: number;
  readonly cell: Cell;
}

/**
 * Keeps the `most` keys of a bucket that cost most and folds the others into one, so that a field that somebody fills with ever new
 * words cannot fill the disk. Merging is `merge`; the same cells give the same result.
 */
export const foldRare = <Cell extends { cost_nanos: number; n: number }>(
  cells: readonly Placed<Cell>[],
  most: number,
  merge: (into: Cell, from: Cell) => void,
): readonly Placed<Cell>[] => {
  const totals = new Map<number, { cost: number; n: number }>();
  for (const { key, cell } of cells) {
    const known = totals.get(key) ?? { cost: 0, n: 0 };
    totals.set(key, { cost: known.cost + cell.cost_nanos, n: known.n + cell.n });
  }
  if (totals.size <= most) return cells;
  const ranked = [...totals].sort(([keyA, a], [keyB, b]) => b.cost - a.cost || b.n - a.n || keyA - keyB);
  const kept = new Set(ranked.slice(0, most).map(([key]) => key));
  const others = new Map<number, Placed<Cell>>();
  const folded: Placed<Cell>[] = [];
  for (const placed of cells) {
    if (kept.has(placed.key) && placed.key !== otherKey) {
      folded.push(placed);
      continue;
    }
    const other = others.get(placed.agent);
    if (other === undefined) others.set(placed.agent, { ...placed, key: otherKey });
    else merge(other.cell, placed.cell);
  }
  return [...folded, ...others.values()];
};

/** The bucket of a coarser grain that a bucket lies in. */
export const parentBucket = (grain: Grain, bucket: number, of: Grain): number => bucketOf(of, bucket * widthUs[grain]);

/** The buckets of a finer grain inside one. */
export const childBuckets = (grain: Grain, bucket: number, of: Grain): { readonly from: number; readonly to: number } => {
  const times = widthUs[grain] / widthUs[of];
  return { from: bucket * times, to: (bucket + 1) * times };
};

/** Things by what `keyOf` says of them, each group in the order given. */
export const groupedBy = <Thing, Key>(things: Iterable<Thing>, keyOf: (thing: Thing) => Key): Map<Key, Thing[]> => {
  const groups = new Map<Key, Thing[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [thing]);
    else known.push(thing);
  }
  return groups;
};
