import type { Cache } from '../../ground/store/port.ts';
import { kind, statusError } from './codes.ts';
import { packId } from './identifier.ts';
import type { SpanFacts } from './runs.ts';

/** Requests that were over for so long are looked at again by nobody who is not told, microseconds. */
const settledUs = 60_000_000;

/**
 * Notes how the requests of a known trace stood before spans of it came late: what they came to since can then be told from what was seen
 * in time. @param nowUs when the spans came, UTC epoch microseconds @returns whether any of its requests was over
 */
export const noteLateRuns = (cache: Cache, traceNo: number, nowUs: number): boolean =>
  cache.run(
    `INSERT INTO late_run (trace_no, run_no, steps, tokens, cost_nanos, error_type)
     SELECT trace_no, run_no, steps, in_tok + out_tok, cost_nanos, error_type FROM run
     WHERE trace_no = ? AND start_us + COALESCE(dur_us, 0) < ?`,
    ...[traceNo, nowUs - settledUs],
  ) > 0;

/** Notes a span of a request that was over, where it may be a safety event that was none before. @param old as it was known; undefined: it was not */
export const noteLateSpan = (cache: Cache, traceNo: number, facts: SpanFacts, old: SpanFacts | undefined): void => {
  const isNewCall = facts.kind === kind.tool && old === undefined;
  const isNewBlock = facts.kind === kind.guardrail && facts.status === statusError && old?.status !== statusError;
  if (isNewCall || isNewBlock) cache.run('INSERT INTO late_span (trace_no, span_id) VALUES (?, ?)', traceNo, packId(facts.id));
};

/** How far the two lists go: what comes later has a greater number. */
export interface LateMark {
  readonly run: number;
  readonly span: number;
}

/** The numbers of what was noted last; 0: nothing was. */
export const latestLate = (cache: Cache): LateMark => {
  const newest = (table: 'late_run' | 'late_span'): number =>
    cache.all<{ no: number | null }>(`SELECT MAX(no) AS no FROM ${table}`)[0]?.no ?? 0;
  return { run: newest('late_run'), span: newest('late_span') };
};
