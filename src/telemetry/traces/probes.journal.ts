import type { Journal, Write } from '../../ground/store/port.ts';

/** One synthetic trace of ours, noted before it is sent, so that it can be kept out of volume, cost and baselines. */
export interface Probe {
  /** W3C trace id, 32 hex digits. */
  readonly traceId: string;
  readonly agent: string;
  readonly check: string;
  readonly at: number;
}

export const noteProbes = (journal: Journal, probes: readonly Probe[]): Promise<void> =>
  journal.commit(
    probes.map(
      ({ traceId, agent, check, at }): Write => ({
        sql: 'INSERT INTO probe (trace_id, agent, check_id, at) VALUES (?, ?, ?, ?)',
        params: [traceId, agent, check, at],
        rows: 1,
      }),
    ),
  );
