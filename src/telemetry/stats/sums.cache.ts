import type { Cache } from '../../ground/store/port.ts';
import type { BucketRange } from '../../ground/units/window.ts';
import { grainCodes } from '../traces/codes.ts';
import { callSums, type runSums } from './cell.ts';
import { type Facet, facets } from './rollup.ts';

/** Which stored cells of a range of buckets to add up, and by what. */
export interface SumQuery {
  readonly buckets: BucketRange;
  readonly group: 'key' | 'agent';
  /** Keep agents apart as well, where cells are grouped by key. */
  readonly perAgent?: boolean;
  /** Keep buckets apart. */
  readonly perBucket: boolean;
  /** SQL on the columns of the cells, named `r`. */
  readonly where: string;
  /** SQL for the cells whose sketches are wanted; `untimed`: of none. */
  readonly timed: string;
}

/** No cell's sketches: they are not even read. */
export const untimed = '0';

/** Stored cells added up. */
export interface Sum {
  readonly group: number;
  /** 0 unless agents are kept apart. */
  readonly agent: number;
  readonly kind: number;
  /** 0 unless buckets are kept apart. */
  readonly bucket: number;
  /** In the order of `shownSums`, then steps_max; or of `callSums`. */
  readonly values: readonly number[];
  /** Sketches, as `mergeInto` takes them. */
  readonly duration: Uint8Array;
  readonly ttft: Uint8Array;
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

type Tuple = readonly [
  ...[group: number, agent: number, kind: number, bucket: number],
  ...[duration: string | null, ttft: string | null],
  ...values: number[],
];

/** What stands before the sums. */
const placeColumns = 6;

/** The sketches of a group in one text: a value handed over for each cell would cost more than all else. */
const joined = (column: string, { timed }: SumQuery): string =>
  timed === untimed ? 'NULL' : `group_concat(CASE WHEN ${timed} THEN NULLIF(hex(r.${column}), '') END, '00')`;
const sumsOf = (names: readonly string[]): string => names.map((name) => `SUM(r.${name})`).join(', ');

const noBytes = new Uint8Array(0);
const bytesOf = (hex: string | null): Uint8Array => (hex === null ? noBytes : Buffer.from(hex, 'hex'));

function* readSums(cache: Cache, table: string, sums: string, kind: string, query: SumQuery, and: string): Iterable<Sum> {
  const { buckets, group, perAgent, perBucket, where } = query;
  const place = `r.${group}, ${perAgent === true ? 'r.agent' : '0'}, ${kind}, ${perBucket ? 'r.bucket' : '0'}`;
  const rows = cache.rows<Tuple>(
    `SELECT ${place}, ${joined('h_dur', query)}, ${joined('h_ttft', query)}, ${sums}
     FROM ${table} r WHERE r.grain = ? AND r.bucket >= ? AND r.bucket < ? AND ${and} AND ${where} GROUP BY 1, 2, 3, 4`,
    ...[grainCodes[buckets.grain], buckets.from, buckets.to],
  );
  for (const row of rows) {
    const values = row.slice(placeColumns) as number[];
    yield { group: row[0], agent: row[1], kind: row[2], bucket: row[3], values, duration: bytesOf(row[4]), ttft: bytesOf(row[5]) };
  }
}

/** Sums of cells of requests; SQLite adds faster than we read. */
export const sumRunCells = (cache: Cache, facet: Facet, query: SumQuery): Iterable<Sum> =>
  readSums(cache, 'run_roll', `${sumsOf(shownSums)}, MAX(r.steps_max)`, '0', query, `r.facet = ${facets[facet]}`);

/** Sums of cells of calls, each kind apart. */
export const sumCallCells = (cache: Cache, query: SumQuery): Iterable<Sum> =>
  readSums(cache, 'call_roll', sumsOf(callSums), 'r.kind', query, '1');
