import type { Journal, Write } from '../../../ground/store/port.ts';

const dayMs = 86_400_000;
/** Days that spending is kept for. */
const keptDays = 90;

/** The UTC day of an instant (epoch ms), as a number of days since the epoch. */
export const utcDay = (at: number): number => Math.floor(at / dayMs);

/** Nano-dollars of a UTC day: what was paid, and the most that unanswered questions may cost. */
export const readSpent = async (journal: Journal, day: number): Promise<number> => {
  const [row] = await journal.all<{ nanos: number | null }>('SELECT SUM(nanos) AS nanos FROM online_spend WHERE day = ?', day);
  return Number(row?.nanos ?? 0);
};

/** The write that keeps money aside for one question. */
export const holdWrite = (id: string, day: number, nanos: number): Write => ({
  sql: 'INSERT INTO online_spend (id, day, nanos) VALUES (?, ?, ?)',
  params: [id, day, nanos],
  rows: 1,
});

/** The write that puts what a question has cost in the place of what was kept aside for it. */
export const settleWrite = (id: string, nanos: number): Write => ({
  sql: 'UPDATE online_spend SET nanos = ? WHERE id = ?',
  params: [nanos, id],
  rows: 1,
});

/** The write that forgets days nobody asks about any more. */
export const forgetSpendWrite = (today: number): Write => ({ sql: 'DELETE FROM online_spend WHERE day < ?', params: [today - keptDays] });
