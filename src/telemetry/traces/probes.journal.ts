import type { Journal, Write } from '../../ground/store/port.ts';

/** One synthetic trace of ours, noted before it is sent, so that it can be kept out of volume, cost and baselines. */
export interface Probe {
  /** W3C trace id, 32 hex digits. */
  readonly traceId: string;
  readonly agent: string;
  readonly check: string;
  readonly at: number;
}

/** The writes that note probes, for a commit of which they are a part. */
export const probeWrites = (probes: readonly Probe[]): readonly Write[] =>
  probes.map(({ traceId, agent, check, at }) => ({
    sql: 'INSERT INTO probe (trace_id, agent, check_id, at) VALUES (?, ?, ?, ?)',
    params: [traceId, agent, check, at],
    rows: 1,
  }));

export const noteProbes = (journal: Journal, probes: readonly Probe[]): Promise<void> => journal.commit(probeWrites(probes));

/** SQLite and PostgreSQL both take this many parameters in one statement. */
const atOnce = 500;

/** Those of the traces that are probes of ours. */
export const probesAmong = async (journal: Journal, traceIds: ReadonlySet<string>): Promise<ReadonlySet<string>> => {
  const ids = [...traceIds];
  const found = new Set<string>();
  for (let from = 0; from < ids.length; from += atOnce) {
    const some = ids.slice(from, from + atOnce);
    const places = some.map(() => '?').join(', ');
    const rows = await journal.all<{ trace_id: string }>(`SELECT trace_id FROM probe WHERE trace_id IN (${places})`, ...some);
    for (const { trace_id } of rows) found.add(trace_id);
  }
  return found;
};
