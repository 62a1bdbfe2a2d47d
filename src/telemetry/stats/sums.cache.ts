import type { Cache } from '../../ground/store/port.ts';
import type { BucketRange } from '../../ground/units/window.ts';
import { callSums, type runSums } from './cell.ts';
import { type Facet, facets, grainCodes } from './rollup.ts';

/** Which stored cells of a range of buckets to add up, and by what. */
export interface SumQuery {
  readonly buckets: BucketRange;
  readonly group: 'key' | 'agent';
  /** Keep buckets apart. */
  readonly perBucket: boolean;
  /** SQL on the columns of the cells, named `r`. */
  readonly where: string;
}

/** Stored cells added up: `values` in the order of `shownSums`, then steps_max; or of `callSums`. */
export interface Sum {
  readonly group: number;
  readonly kind: number;
  /** 0 unless buckets are kept apart. */
  readonly bucket: number;
  readonly values: readonly number[];
}

/** What figures are made of. The spread of the logarithm of cost is for alarms. */
export const shownSums = [
  'n',
  'errors',
  'cost_nanos',
  'priced',
  'unpriced',
  'in_tok',
  'cached_tok',
  'out_tok',
  'ok_out_tok',
  'steps',
  'quality_n',
  'quality_micro',
  'probe_cost_nanos',
] as const satisfies readonly (typeof runSums)[number][];

type Tuple = readonly [group: number, kind: number, bucket: number, ...values: number[]];

const placeOf = ({ group, perBucket }: SumQuery, kind: string): string => `r.${group}, ${kind}, ${perBucket ? 'r.bucket' : '0'}`;
const rangeOf = ({ buckets: { grain, from, to } }: SumQuery): readonly [number, number, number] => [grainCodes[grain], from, to];
const sumsOf = (names: readonly string[]): string => names.map((name) => `SUM(r.${name})`).join(', ');

/** Sums of cells of requests; SQLite adds faster than we read. */
export function* sumRunCells(cache: Cache, facet: Facet, query: SumQuery): Iterable<Sum> {
  const rows = cache.rows<Tuple>(
    `SELECT ${placeOf(query, '0')}, ${sumsOf(shownSums)}, MAX(r.steps_max) FROM run_roll r
     WHERE r.grain = ? AND r.bucket >= ? AND r.bucket < ? AND r.facet = ? AND ${query.where} GROUP BY 1, 3`,
    ...rangeOf(query),
    facets[facet],
  );
  for (const [group, kind, bucket, ...values] of rows) yield { group, kind, bucket, values };
}

/** Sums of cells of calls, each kind apart. */
export function* sumCallCells(cache: Cache, query: SumQuery): Iterable<Sum> {
  const rows = cache.rows<Tuple>(
    `SELECT ${placeOf(query, 'r.kind')}, ${sumsOf(callSums)} FROM call_roll r
     WHERE r.grain = ? AND r.bucket >= ? AND r.bucket < ? AND ${query.where} GROUP BY 1, 2, 3`,
    ...rangeOf(query),
  );
  for (const [group, kind, bucket, ...values] of rows) yield { group, kind, bucket, values };
}

/** The sketches of one group in one bucket. */
export interface Sketches {
  readonly group: number;
  readonly kind: number;
  readonly bucket: number;
  readonly duration: Uint8Array;
  readonly ttft: Uint8Array;
}

type SketchTuple = readonly [group: number, kind: number, bucket: number, duration: Uint8Array, ttft: Uint8Array];

export function* readRunSketches(cache: Cache, facet: Facet, query: SumQuery): Iterable<Sketches> {
  const rows = cache.rows<SketchTuple>(
    `SELECT ${placeOf(query, '0')}, r.h_dur, r.h_ttft FROM run_roll r WHERE r.grain = ? AND r.bucket >= ? AND r.bucket < ? AND r.facet = ? AND ${query.where}`,
    ...rangeOf(query),
    facets[facet],
  );
  for (const [group, kind, bucket, duration, ttft] of rows) yield { group, kind, bucket, duration, ttft };
}

export function* readCallSketches(cache: Cache, query: SumQuery): Iterable<Sketches> {
  const rows = cache.rows<SketchTuple>(
    `SELECT ${placeOf(query, 'r.kind')}, r.h_dur, r.h_ttft FROM call_roll r WHERE r.grain = ? AND r.bucket >= ? AND r.bucket < ? AND ${query.where}`,
    ...rangeOf(query),
  );
  for (const [group, kind, bucket, duration, ttft] of rows) yield { group, kind, bucket, duration, ttft };
}
