import type { Journal, Write } from '../../ground/store/port.ts';
import type { QueueSample } from './queue-sample.ts';

/** So long samples are kept, ms: two weeks of a minute's look at fifty queues are a million rows. */
const keptMs = 14 * 86_400_000;

/** The write of one sample; another of the same millisecond stays as it is. */
export const sampleWrite = (agent: string, sample: QueueSample): Write => ({
  sql: `INSERT INTO queue_sample (agent, at, ready, in_flight, workers, replicas, oldest_ms, wait_ms, added)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  params: [agent, sample.at, sample.ready, sample.inFlight, sample.workers, sample.replicas, sample.oldestMs, sample.waitMs, sample.added],
});

/** The write that forgets what is too old at an instant, UTC epoch ms. */
export const forgetWrite = (now: number): Write => ({ sql: 'DELETE FROM queue_sample WHERE at < ?', params: [now - keptMs] });

/** How the queue of an agent stood since an instant, UTC epoch ms, oldest first. */
export const readSamples = async (journal: Journal, agent: string, since: number): Promise<readonly QueueSample[]> => {
  const rows = await journal.all<Readonly<Record<string, number | null>>>(
    `SELECT at, ready, in_flight, workers, replicas, oldest_ms, wait_ms, added FROM queue_sample
      WHERE agent = ? AND at >= ? ORDER BY at`,
    agent,
    since,
  );
  return rows.map((row) => ({
    at: Number(row['at']),
    ready: row['ready'] ?? null,
    inFlight: row['in_flight'] ?? null,
    workers: row['workers'] ?? null,
    replicas: row['replicas'] ?? null,
    oldestMs: row['oldest_ms'] ?? null,
    waitMs: row['wait_ms'] ?? null,
    added: row['added'] ?? null,
  }));
};
