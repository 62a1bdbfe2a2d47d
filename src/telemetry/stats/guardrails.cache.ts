import type { Cache } from '../../ground/store/port.ts';
import { kind, stateSql } from '../traces/codes.ts';
import { dims } from '../traces/dictionary.cache.ts';

/** Requests that were looked at, and how many of them a guardrail looked at. */
export interface Guarded {
  readonly requests: number;
  readonly guarded: number;
}

/** So many of the newest requests tell whether an agent has guardrails. */
const mostRequests = 200;

/** The newest requests to an agent since an instant (microseconds) that single spans are known of. */
export const readGuarded = (cache: Cache, agent: string, sinceUs: number): Guarded => {
  const [row] = cache.all<Guarded>(
    `SELECT COUNT(*) AS requests, COALESCE(SUM(guarded), 0) AS guarded FROM (
       SELECT EXISTS (SELECT 1 FROM span s WHERE s.trace_no = run.trace_no AND s.run_no = run.run_no AND ${stateSql('kind')} = ?) AS guarded
       FROM run JOIN dict ON dict.id = run.agent AND dict.dim = ?
       WHERE dict.word = ? AND run.start_us >= ? AND run.synthetic = 0
         AND EXISTS (SELECT 1 FROM span WHERE span.trace_no = run.trace_no)
       ORDER BY run.start_us DESC LIMIT ?)`,
    ...[kind.guardrail, dims.agent, agent, sinceUs, mostRequests],
  );
  return row ?? { requests: 0, guarded: 0 };
};
