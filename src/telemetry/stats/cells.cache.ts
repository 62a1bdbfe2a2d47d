import type { Cache } from '../../ground/store/port.ts';
import { type BucketRange, bucketOf, type Grain, widthUs } from '../../ground/units/window.ts';
import { grainCodes, kind, stateSql, statusError } from '../traces/codes.ts';
import {
  type CallCell,
  type CallRow,
  callSketches,
  callSums,
  callValues,
  type RunCell,
  type RunRow,
  runMaxima,
  runSketches,
  runSums,
  runValues,
  type Values,
} from './cell.ts';
import { type Facet, facets, type Placed } from './rollup.ts';

/** Microseconds, by the start of the request. */
interface Range {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Requests that started in a range. `where` is on the columns of `run`, named `r`. */
export function* readRuns(cache: Cache, { fromUs, toUs }: Range, where = '1'): Iterable<RunRow> {
  const rows = cache.rows<Tuple>(
    `SELECT agent, caller, user, task, env, release, prompt, start_us, dur_us, ttft_us, is_error, error_type, steps, llm_calls, tool_calls,
       retrievals, in_tok, cached_tok, out_tok, priced, unpriced, cost_nanos, quality_n, quality_micro, synthetic
     FROM run r WHERE r.start_us >= ? AND r.start_us < ? AND ${where}`,
    fromUs,
    toUs,
  );
  for (const row of rows) yield runOf(row);
}

/** Columns in the order of their statement. */
type Tuple = readonly number[];

const told = (value: number | null | undefined): number | null => value ?? null;
const sure = (value: number | null | undefined): number => value ?? 0;

const runOf = (row: Tuple): RunRow => ({
  agent: sure(row[0]),
  caller: sure(row[1]),
  user: sure(row[2]),
  task: sure(row[3]),
  env: sure(row[4]),
  release: sure(row[5]),
  prompt: sure(row[6]),
  start_us: sure(row[7]),
  dur_us: told(row[8]),
  ttft_us: told(row[9]),
  is_error: sure(row[10]),
  error_type: sure(row[11]),
  steps: sure(row[12]),
  llm_calls: sure(row[13]),
  tool_calls: sure(row[14]),
  retrievals: sure(row[15]),
  in_tok: sure(row[16]),
  cached_tok: sure(row[17]),
  out_tok: sure(row[18]),
  priced: sure(row[19]),
  unpriced: sure(row[20]),
  cost_nanos: told(row[21]),
  quality_n: sure(row[22]),
  quality_micro: sure(row[23]),
  synthetic: sure(row[24]),
});

const [spanKind, spanCounts] = [stateSql('kind'), stateSql('counts')];
/** SQL for the model or the name of a call. */
export const whatSql = `CASE WHEN ${spanKind} IN (${kind.llm}, ${kind.embedding}) THEN s.model ELSE s.name END`;
const callColumns = `r.agent, ${spanKind}, ${whatSql}, s.dur_us, s.ttft_us, ${stateSql('status')} = ${statusError}, ${spanCounts}, s.in_tok, s.cache_r,
  COALESCE(s.cache_w, 0) + COALESCE(s.cache_w1h, 0), s.out_tok, s.reason_tok, s.cost_nanos, r.synthetic`;
const callsOfRuns = `FROM run r CROSS JOIN span s ON s.trace_no = r.trace_no AND s.run_no = r.run_no
  WHERE r.start_us >= ? AND r.start_us < ? AND (${spanCounts} OR ${spanKind} IN (${kind.tool}, ${kind.retrieval}, ${kind.guardrail}))`;

/** Calls of the requests that started in a range, and all else that has a cost. */
export function* readCalls(cache: Cache, { fromUs, toUs }: Range): Iterable<CallRow> {
  for (const row of cache.rows<Tuple>(`SELECT ${callColumns} ${callsOfRuns}`, fromUs, toUs)) yield callOf(row);
}

/** As `readCalls`, each with its request's start and its number under `facet`. `where` is on `r` as in `readRuns` and on spans, named `s`. */
export function* readFacetCalls(
  cache: Cache,
  { fromUs, toUs }: Range,
  facet: Facet,
  where: string,
): Iterable<CallRow & { readonly start_us: number; readonly key: number }> {
  const key = facet === 'error' ? 'error_type' : facet;
  const rows = cache.rows<Tuple>(`SELECT ${callColumns}, r.start_us, r.${key} ${callsOfRuns} AND ${where}`, fromUs, toUs);
  for (const row of rows) yield { ...callOf(row), start_us: sure(row[14]), key: sure(row[15]) };
}

const callOf = (row: Tuple): CallRow => ({
  agent: sure(row[0]),
  kind: sure(row[1]),
  what: sure(row[2]),
  dur_us: told(row[3]),
  ttft_us: told(row[4]),
  is_error: sure(row[5]),
  counts: sure(row[6]),
  in_tok: told(row[7]),
  cache_r: told(row[8]),
  written_tok: told(row[9]),
  out_tok: told(row[10]),
  reason_tok: told(row[11]),
  cost_nanos: told(row[12]),
  synthetic: sure(row[13]),
});

/** A score with the request it grades. */
export interface ScoreRow {
  readonly agent: number;
  readonly release: number;
  readonly start_us: number;
  readonly name: number;
  readonly value: number;
}

/** Scores with a value on requests that started in a range, our own probes left out. */
export const readScoresOf = (cache: Cache, { fromUs, toUs }: Range, where = '1'): ScoreRow[] =>
  cache.all(
    `SELECT r.agent, r.release, r.start_us, s.name, s.value
     FROM run r CROSS JOIN score s ON s.trace_no = r.trace_no AND s.run_no = r.run_no
     WHERE r.start_us >= ? AND r.start_us < ? AND s.value IS NOT NULL AND r.synthetic = 0 AND ${where}`,
    fromUs,
    toUs,
  );

/** How many scores of each name are at least 0.5, as far back as single scores are kept; null where they are not all from 0 to 1. */
export const readPasses = (
  cache: Cache,
  { fromUs, toUs }: Range,
  where = '1',
): { readonly name: number; readonly passes: number | null }[] =>
  cache.all(
    `SELECT s.name, CASE WHEN MIN(s.value) >= 0 AND MAX(s.value) <= 1 THEN SUM(s.value >= 0.5) END AS passes
     FROM run r CROSS JOIN score s ON s.trace_no = r.trace_no AND s.run_no = r.run_no
     WHERE r.start_us >= ? AND r.start_us < ? AND s.value IS NOT NULL AND r.synthetic = 0 AND ${where} GROUP BY 1`,
    fromUs,
    toUs,
  );

const runCellColumns = [...runSums, ...runMaxima, ...runSketches];
const callCellColumns = [...callSums, ...callSketches];
const marks = (count: number): string => new Array(count).fill('?').join(', ');
const putRun = `INSERT INTO run_roll (grain, facet, bucket, key, agent, ${runCellColumns.join(', ')}) VALUES (${marks(5 + runCellColumns.length)})`;
const putCall = `INSERT INTO call_roll (grain, bucket, key, kind, agent, ${callCellColumns.join(', ')}) VALUES (${marks(5 + callCellColumns.length)})`;

/** Puts the cells of a bucket in place of those it had. */
export const writeRunCells = (cache: Cache, grain: Grain, facet: Facet, bucket: number, cells: readonly Placed<RunCell>[]): void => {
  const place = [grainCodes[grain], facets[facet], bucket];
  cache.run('DELETE FROM run_roll WHERE grain = ? AND facet = ? AND bucket = ?', ...place);
  for (const { key, agent, cell } of cells) cache.run(putRun, ...place, key, agent, ...runValues(cell));
};

/** A call cell's place besides its bucket. */
export interface PlacedCall extends Placed<CallCell> {
  readonly kind: number;
}

export const writeCallCells = (cache: Cache, grain: Grain, bucket: number, cells: readonly PlacedCall[]): void => {
  cache.run('DELETE FROM call_roll WHERE grain = ? AND bucket = ?', grainCodes[grain], bucket);
  for (const { key, kind: code, agent, cell } of cells)
    cache.run(putCall, grainCodes[grain], bucket, key, code, agent, ...callValues(cell));
};

/** Scores of one name on the requests of one agent and release. */
export interface StoredScoreCell {
  readonly name: number;
  readonly agent: number;
  readonly release: number;
  readonly n: number;
  readonly sum_micro: number;
}

export const writeScoreCells = (cache: Cache, grain: Grain, bucket: number, cells: readonly StoredScoreCell[]): void => {
  cache.run('DELETE FROM score_roll WHERE grain = ? AND bucket = ?', grainCodes[grain], bucket);
  for (const { name, agent, release, n, sum_micro } of cells)
    cache.run(
      'INSERT INTO score_roll (grain, bucket, name, agent, release, n, sum_micro) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[grainCodes[grain], bucket, name, agent, release, n, sum_micro],
    );
};

/** A stored cell: its place, and its values from `from` on. */
export interface StoredCell {
  readonly bucket: number;
  readonly key: number;
  readonly agent: number;
  readonly kind: number;
  readonly values: Values;
  readonly from: number;
}

type CellTuple = readonly [bucket: number, key: number, agent: number, kind: number, ...values: (number | Uint8Array)[]];
const placeColumns = 4;

function* cellsOf(rows: Iterable<CellTuple>): Iterable<StoredCell> {
  for (const row of rows) yield { bucket: row[0], key: row[1], agent: row[2], kind: row[3], values: row, from: placeColumns };
}

/** Whole cells of a range of buckets, for merging. */
export const readRunCells = (cache: Cache, facet: Facet, { grain, from, to }: BucketRange): Iterable<StoredCell> =>
  cellsOf(
    cache.rows(
      `SELECT bucket, key, agent, 0, ${runCellColumns.join(', ')} FROM run_roll WHERE grain = ? AND facet = ? AND bucket >= ? AND bucket < ?`,
      ...[grainCodes[grain], facets[facet], from, to],
    ),
  );

export const readCallCells = (cache: Cache, { grain, from, to }: BucketRange): Iterable<StoredCell> =>
  cellsOf(
    cache.rows(
      `SELECT bucket, key, agent, kind, ${callCellColumns.join(', ')} FROM call_roll WHERE grain = ? AND bucket >= ? AND bucket < ?`,
      ...[grainCodes[grain], from, to],
    ),
  );

export type PlacedScoreCell = StoredScoreCell & { readonly bucket: number };

export const readScoreCells = (cache: Cache, { grain, from, to }: BucketRange, where = '1'): PlacedScoreCell[] =>
  cache.all(
    `SELECT bucket, name, agent, release, n, sum_micro FROM score_roll r WHERE grain = ? AND bucket >= ? AND bucket < ? AND ${where}`,
    ...[grainCodes[grain], from, to],
  );

/** The range of time that a bucket covers. */
export const rangeOf = (grain: Grain, bucket: number): Range => ({ fromUs: bucket * widthUs[grain], toUs: (bucket + 1) * widthUs[grain] });

/** Where `meta` says from when on buckets of a grain are kept. */
const keptFromKey = (grain: Grain): string => `${grain}_from_us`;

/** The start of the oldest buckets of a grain that retention has left, microseconds; 0: all are there. */
export const readKeptFrom = (cache: Cache, grain: Grain): number =>
  Number(cache.all<{ v: string }>('SELECT v FROM meta WHERE k = ?', keptFromKey(grain))[0]?.v ?? 0);

/** Deletes the buckets of a grain before an instant; returns how many cells went. */
export const pruneBuckets = (cache: Cache, grain: Grain, beforeUs: number): number =>
  cache.transact(() => {
    const bucket = bucketOf(grain, beforeUs);
    let gone = 0;
    for (const facet of Object.values(facets))
      gone += cache.run('DELETE FROM run_roll WHERE grain = ? AND facet = ? AND bucket < ?', grainCodes[grain], facet, bucket);
    for (const table of ['call_roll', 'score_roll'])
      gone += cache.run(`DELETE FROM ${table} WHERE grain = ? AND bucket < ?`, grainCodes[grain], bucket);
    if (beforeUs > readKeptFrom(cache, grain))
      cache.run('INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)', keptFromKey(grain), String(beforeUs));
    return gone;
  });
