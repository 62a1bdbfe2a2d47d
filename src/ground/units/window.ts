/** Widths of the buckets that statistics are kept in, finest first. Buckets are UTC and numbered from the epoch. */
export const grains = ['quarter', 'hour', 'day'] as const;
export type Grain = (typeof grains)[number];

/** Microseconds. */
export const widthUs: Readonly<Record<Grain, number>> = { quarter: 900_000_000, hour: 3_600_000_000, day: 86_400_000_000 };

/** The number of the bucket that an instant (UTC epoch microseconds) falls into. */
export const bucketOf = (grain: Grain, us: number): number => Math.floor(us / widthUs[grain]);

/** Microseconds, `fromUs` inclusive, `toUs` exclusive. */
export interface Range {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Whole buckets of one grain, `to` exclusive. */
export interface BucketRange {
  readonly grain: Grain;
  readonly from: number;
  readonly to: number;
}

/** A window as whole buckets, each the coarsest that fits, and the ragged rest that no bucket covers. Nothing overlaps. */
export interface Cover {
  readonly buckets: readonly BucketRange[];
  readonly rest: readonly Range[];
}

/** Covers a window with buckets of the grains given, finest first: the coarsest grain inside, finer ones at both ends. */
export const coverOf = (range: Range, of: readonly Grain[]): Cover => {
  const grain = of.at(-1);
  if (range.fromUs >= range.toUs) return { buckets: [], rest: [] };
  if (grain === undefined) return { buckets: [], rest: [range] };
  const width = widthUs[grain];
  const from = Math.ceil(range.fromUs / width);
  const to = Math.floor(range.toUs / width);
  const finer = of.slice(0, -1);
  if (from >= to) return coverOf(range, finer);
  const head = coverOf({ fromUs: range.fromUs, toUs: from * width }, finer);
  const tail = coverOf({ fromUs: to * width, toUs: range.toUs }, finer);
  return { buckets: [...head.buckets, { grain, from, to }, ...tail.buckets], rest: [...head.rest, ...tail.rest] };
};
