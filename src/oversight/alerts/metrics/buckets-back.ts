import type { BucketRange, Grain } from '../../../ground/units/window.ts';

/**
 * What buckets of one width hold from a moment backwards, of all agents at once. They are read no further back than somebody asks, and a
 * wider window adds to a narrower one: most agents are busy enough to be judged by the newest buckets.
 */
export interface SumsBack {
  /** The sums of an agent over the newest `count` buckets; undefined: there is nothing in them. */
  of(agent: number, count: number): Float64Array | undefined;
}

/** The agent's number, then sums: as many in every row. */
type AgentSums = readonly [agent: number, ...sums: number[]];

/**
 * The sums of all agents lie side by side: a list each, of a thousand agents in a dozen windows, would be most of what an evaluation holds.
 * @param end the first bucket that is too new @param read sums over a range of buckets, one row an agent
 */
export const sumsBack = (grain: Grain, end: number, read: (range: BucketRange) => Iterable<AgentSums>): SumsBack => {
  const places = new Map<number, number>();
  const known = new Map<number, Float64Array>([[0, new Float64Array(0)]]);
  let width = 0;
  const placeOf = (agent: number): number => {
    const found = places.get(agent) ?? places.size;
    places.set(agent, found);
    return found;
  };
  const over = (count: number): Float64Array => {
    const found = known.get(count);
    if (found !== undefined) return found;
    const inside = Math.max(...[...known.keys()].filter((each) => each < count));
    let sums = withRoom(known.get(inside), places.size * width);
    for (const row of read({ grain, from: end - count, to: end - inside })) {
      width = row.length - 1;
      const first = placeOf(row[0]) * width;
      if (first + width > sums.length) sums = withRoom(sums, 2 * (first + width));
      for (let at = 0; at < width; at++) sums[first + at] = (sums[first + at] ?? 0) + (row[at + 1] ?? 0);
    }
    known.set(count, sums);
    return sums;
  };
  return {
    of: (agent, count) => {
      if (count <= 0) return undefined;
      const sums = over(count);
      const first = (places.get(agent) ?? Number.POSITIVE_INFINITY) * width;
      return first < sums.length ? sums.subarray(first, first + width) : undefined;
    },
  };
};

/** A copy with room for so many numbers, or more. */
const withRoom = (sums: Float64Array | undefined, room: number): Float64Array => {
  const wider = new Float64Array(Math.max(room, sums?.length ?? 0));
  wider.set(sums ?? []);
  return wider;
};

/** As `SumsBack`, for what cannot be added up beforehand. */
export interface RowsBack<Row> {
  /** What the newest `count` buckets hold of an agent, in no order. */
  of(agent: number, count: number): readonly Row[];
}

/** @param end the first bucket that is too new */
export const rowsBack = <Row extends readonly [bucket: number, agent: number, ...held: unknown[]]>(
  grain: Grain,
  end: number,
  read: (range: BucketRange) => Iterable<Row>,
): RowsBack<Row> => {
  const known = new Map<number, Row[]>();
  let depth = 0;
  const load = (count: number): void => {
    if (count <= depth) return;
    for (const row of read({ grain, from: end - count, to: end - depth })) {
      const rows = known.get(row[1]);
      if (rows === undefined) known.set(row[1], [row]);
      else rows.push(row);
    }
    depth = count;
  };
  return {
    of: (agent, count) => {
      load(count);
      const rows = known.get(agent) ?? [];
      return count === depth ? rows : rows.filter(([bucket]) => bucket >= end - count);
    },
  };
};

const quarterMs = 900_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A window that ends at a moment, as what is read for it. It begins at a whole quarter of an hour, a wide one at a whole hour, and is so much wider than asked for. */
export interface WindowBack {
  /** How wide it is, ms. */
  readonly windowMs: number;
  /** Whole quarters, then whole hours before them, counted back from the moment; the rest is single requests. */
  readonly quarters: number;
  readonly hours: number;
}

/** Up to here windows are made of quarters alone. */
const fineMs = 4 * hourMs;

/** @param moment UTC epoch ms */
export const windowBack = (moment: number, widthMs: number): WindowBack => {
  const quarter = Math.floor(moment / quarterMs);
  if (widthMs <= fineMs) {
    const from = Math.floor((moment - widthMs) / quarterMs);
    return { windowMs: moment - from * quarterMs, quarters: quarter - from, hours: 0 };
  }
  const [hour, from] = [Math.floor(moment / hourMs), Math.floor((moment - widthMs) / hourMs)];
  return { windowMs: moment - from * hourMs, quarters: quarter - 4 * hour, hours: hour - from };
};

/** The same hours of an earlier day, as whole ones: where they end (a number of a bucket) and how many they are. */
export const hoursOfDay = (moment: number, widthMs: number, daysBefore: number): { readonly end: number; readonly hours: number } => {
  const then = moment - daysBefore * dayMs;
  const end = Math.ceil(then / hourMs);
  return { end, hours: end - Math.floor((then - widthMs) / hourMs) };
};

/** Where the single requests of a moment begin: behind its last whole quarter; UTC epoch ms. */
export const lastQuarter = (moment: number): number => Math.floor(moment / quarterMs) * quarterMs;
