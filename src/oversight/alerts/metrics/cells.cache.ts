import type { Cache } from '../../../ground/store/port.ts';
import type { BucketRange, Range } from '../../../ground/units/window.ts';
import { facets } from '../../../telemetry/stats/rollup.ts';
import { grainCodes } from '../../../telemetry/traces/codes.ts';
import { dims } from '../../../telemetry/traces/dictionary.cache.ts';
import { type StoredId, unpackId } from '../../../telemetry/traces/identifier.ts';

/** What is added up over the requests of a bucket or a window, in the order of `Sums`. */
export const summed = ['n', 'errors', 'costed', 'costNanos', 'logCost', 'logCostSquares', 'steps', 'qualityN', 'qualitySum'] as const;
export type Summed = (typeof summed)[number];

/** The agent's number, then sums in the order of `summed`. */
export type SumRow = readonly [agent: number, ...sums: number[]];

/** What whole buckets of a range hold of each agent, added up: SQLite adds faster than we read. */
export const readSums = (cache: Cache, { grain, from, to }: BucketRange): Iterable<SumRow> =>
  cache.rows(
    `SELECT agent, SUM(n), SUM(errors), SUM(costed), SUM(cost_nanos), SUM(logcost_micro) / 1e6, SUM(logcost_sq_micro) / 1e6, SUM(steps),
       SUM(quality_n), SUM(quality_micro) / 1e6
     FROM run_roll WHERE grain = ? AND facet = ? AND bucket >= ? AND bucket < ? AND n > 0 GROUP BY agent`,
    ...[grainCodes[grain], facets.agent, from, to],
  );

/** One request: the agent's number first. Unknown is null. */
export type RequestRow = readonly [
  agent: number,
  isError: number,
  costNanos: number | null,
  steps: number,
  qualityN: number,
  qualitySum: number,
  durationUs: number | null,
];

/** Requests that began in a range, our own probes left out. */
export const readRequests = (cache: Cache, { fromUs, toUs }: Range): Iterable<RequestRow> =>
  cache.rows(
    `SELECT agent, is_error, cost_nanos, steps, quality_n, quality_micro / 1e6, dur_us FROM run
     WHERE start_us >= ? AND start_us < ? AND synthetic = 0`,
    fromUs,
    toUs,
  );

/** Bucket, the agent's number, and an encoded sketch. */
export type SketchRow = readonly [bucket: number, agent: number, sketch: Uint8Array];

/** How long requests took (microseconds), or how many steps, in whole buckets. */
export const readSketches = (cache: Cache, what: 'h_dur' | 'h_steps', { grain, from, to }: BucketRange): Iterable<SketchRow> =>
  cache.rows(
    `SELECT bucket, agent, ${what} FROM run_roll WHERE grain = ? AND facet = ? AND bucket >= ? AND bucket < ? AND n > 0`,
    ...[grainCodes[grain], facets.agent, from, to],
  );

/** Scores of one name in whole buckets of a range: the agent's number, how many, and their sum. */
export const readScoreSums = (cache: Cache, name: number, { grain, from, to }: BucketRange): Iterable<SumRow> =>
  cache.rows(
    `SELECT agent, SUM(n), SUM(sum_micro) / 1e6 FROM score_roll WHERE grain = ? AND bucket >= ? AND bucket < ? AND name = ? GROUP BY agent`,
    ...[grainCodes[grain], from, to, name],
  );

/** Each agent's number of requests that failed in one way. @param errorType its number (traces/codes) */
export const countErrors = (cache: Cache, errorType: number, { fromUs, toUs }: Range): ReadonlyMap<number, number> =>
  new Map(
    cache.rows<readonly [number, number]>(
      'SELECT agent, COUNT(*) FROM run WHERE start_us >= ? AND start_us < ? AND synthetic = 0 AND is_error = 1 AND error_type = ? GROUP BY agent',
      ...[fromUs, toUs, errorType],
    ),
  );

/** One request as caps look at it. */
export type LongRow = readonly [agent: number, trace: number, startUs: number, steps: number, tokens: number, costNanos: number | null];

/** Requests that were under way in a range: begun at most `lookBackUs` before it, and not over when it began. */
export const readUnderWay = (cache: Cache, { fromUs, toUs }: Range, lookBackUs: number): Iterable<LongRow> =>
  cache.rows(
    `SELECT agent, trace_no, start_us, steps, in_tok + out_tok, cost_nanos FROM run
     WHERE start_us >= ? AND start_us < ? AND synthetic = 0 AND (start_us >= ? OR dur_us IS NULL OR start_us + dur_us >= ?)`,
    ...[fromUs - lookBackUs, toUs, fromUs, fromUs],
  );

/** The numbers of the agents of which a request began or was over, or a score was given, from the beginning of a range to before its end. */
export const readNews = (cache: Cache, { fromUs, toUs }: Range): ReadonlySet<number> => {
  const begunBefore = fromUs - longestRequestUs;
  const requests = cache.rows<readonly [number]>(
    `SELECT DISTINCT agent FROM run WHERE start_us >= ? AND start_us < ? AND synthetic = 0
       AND (start_us >= ? OR (start_us + dur_us >= ? AND start_us + dur_us < ?))`,
    ...[begunBefore, toUs, fromUs, fromUs, toUs],
  );
  const graded = cache.rows<readonly [number]>(
    `SELECT DISTINCT r.agent FROM run r CROSS JOIN score s ON s.trace_no = r.trace_no AND s.run_no = r.run_no
     WHERE r.start_us >= ? AND r.start_us < ? AND s.at_us >= ? AND s.at_us < ?`,
    ...[begunBefore, toUs, fromUs, toUs],
  );
  return new Set([...requests, ...graded].map(([agent]) => agent));
};

/** A request may be under way for so long before caps lose sight of it, microseconds. */
export const longestRequestUs = 4 * 3_600_000_000;

/** A request that arrived late, as caps and safety look at it. */
export type LateRow = readonly [...LongRow, errorType: number];

/**
 * Requests of traces that arrived after the one of a number, and were over within a range. By when they began: on a first evaluation every
 * trace is new.
 */
export const readArrived = (cache: Cache, { fromUs, toUs }: Range, afterTrace: number): Iterable<LateRow> =>
  cache.rows(
    `SELECT agent, trace_no, start_us, steps, in_tok + out_tok, cost_nanos, error_type FROM run
     WHERE +trace_no > ? AND start_us >= ? AND start_us < ? AND start_us + COALESCE(dur_us, 0) < ? AND synthetic = 0`,
    ...[afterTrace, fromUs, toUs, toUs],
  );

/** A request of a trace that was known, to which spans came late; behind it how it stood before, 0 where it was not there. */
export type GrownRow = readonly [...LateRow, steps: number, tokens: number, costNanos: number, errorType: number];

/** Requests of known traces to which spans came after some were noted (traces/late), and that were over within a range. */
export const readGrown = (
  cache: Cache,
  { fromUs, toUs }: Range,
  { trace, run }: { readonly trace: number; readonly run: number },
): Iterable<GrownRow> =>
  cache.rows(
    `SELECT r.agent, r.trace_no, r.start_us, r.steps, r.in_tok + r.out_tok, r.cost_nanos, r.error_type,
       COALESCE(l.steps, 0), COALESCE(l.tokens, 0), COALESCE(l.cost_nanos, 0), COALESCE(l.error_type, 0)
     FROM (SELECT DISTINCT trace_no FROM late_run WHERE no > ?) AS grown CROSS JOIN run r ON r.trace_no = grown.trace_no
     LEFT JOIN late_run l ON l.no = (SELECT MIN(no) FROM late_run f WHERE f.trace_no = r.trace_no AND f.run_no = r.run_no AND f.no > ?)
     WHERE r.trace_no <= ? AND r.start_us >= ? AND r.start_us + COALESCE(r.dur_us, 0) < ? AND r.synthetic = 0`,
    ...[run, run, trace, fromUs, toUs],
  );

/** The number of the newest trace that arrived; 0: none did. */
export const newestTrace = (cache: Cache): number => cache.all<{ no: number | null }>('SELECT MAX(no) AS no FROM trace')[0]?.no ?? 0;

/** Requests of a range that a guardrail ended, newest first. @param errorType the number of that error (traces/codes) */
export const readBlocked = (
  cache: Cache,
  errorType: number,
  { fromUs, toUs }: Range,
): Iterable<readonly [agent: number, trace: number, startUs: number]> =>
  cache.rows(
    `SELECT agent, trace_no, start_us FROM run
     WHERE start_us >= ? AND start_us < ? AND synthetic = 0 AND error_type = ? ORDER BY start_us DESC, trace_no DESC`,
    ...[fromUs, toUs, errorType],
  );

/** The id of a trace by its number; empty where it is gone. */
export const traceIdOf = (cache: Cache, trace: number): string => {
  const [row] = cache.all<{ id: StoredId }>('SELECT trace_id AS id FROM trace WHERE no = ?', trace);
  return row === undefined ? '' : unpackId(row.id);
};

/** The number of every agent that a request was ever made to, by its name. */
export const readAgentNumbers = (cache: Cache): ReadonlyMap<string, number> =>
  new Map(cache.rows<readonly [string, number]>('SELECT word, id FROM dict WHERE dim = ?', dims.agent));
