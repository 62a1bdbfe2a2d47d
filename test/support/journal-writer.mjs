/** A process of its own (of the built program) that commits pairs of probes and tells its parent of each commit once it is durable. */
import { openSqliteJournal } from '../../dist/ground/store/sqlite.js';

const [path = '', name = '', commits = '0'] = process.argv.slice(2);
const journal = await openSqliteJournal(path, Date.now);
for (let commit = 0; commit < Number(commits); commit++) {
  const insert = (half) => ({
    sql: 'INSERT INTO probe (trace_id, agent, check_id, at) VALUES (?, ?, ?, ?)',
    params: [`${name}-${commit}-${half}`, name, 'c', commit],
    rows: 1,
  });
  await journal.commit([insert('x'), insert('y')]);
  process.send?.(commit);
  // Lets the message leave before the next commit blocks this thread.
  await new Promise((resolve) => setImmediate(resolve));
}
await journal.close();
process.disconnect?.();
