import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import type { StoredId } from '../../telemetry/traces/identifier.ts';

/** One request: the agent's number, then what `PastRequest` has, with times in microseconds and the type of an error as its number. */
export type PastRow = readonly [
  agent: number,
  startUs: number,
  durationUs: number | null,
  isError: number,
  errorType: number,
  costNanos: number | null,
  steps: number,
  tokens: number,
  qualityN: number,
  qualitySum: number,
  trace: StoredId,
];

/** Requests that began in a range, in the order in which they did, our own probes left out. */
export const readPastRequests = (cache: Cache, { fromUs, toUs }: Range): Iterable<PastRow> =>
  cache.rows(
    `SELECT r.agent, r.start_us, r.dur_us, r.is_error, r.error_type, r.cost_nanos, r.steps, r.in_tok + r.out_tok, r.quality_n,
            r.quality_micro / 1e6, t.trace_id
     FROM run r JOIN trace t ON t.no = r.trace_no
     WHERE r.start_us >= ? AND r.start_us < ? AND r.synthetic = 0 ORDER BY r.start_us`,
    ...[fromUs, toUs],
  );

/** How many requests began in a range, and when the first did (UTC epoch microseconds); null: none did. */
export const countPastRequests = (cache: Cache, { fromUs, toUs }: Range): { readonly n: number; readonly firstUs: number | null } => {
  const [row] = cache.all<{ n: number; firstUs: number | null }>(
    'SELECT COUNT(*) AS n, MIN(start_us) AS firstUs FROM run WHERE start_us >= ? AND start_us < ? AND synthetic = 0',
    ...[fromUs, toUs],
  );
  return row ?? { n: 0, firstUs: null };
};
