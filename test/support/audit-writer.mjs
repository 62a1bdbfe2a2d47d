/** A process of its own (of the built program) that does acts and records them, and tells its parent of each once it is durable. */
import { recordAct } from '../../dist/ground/audit/record-act.js';
import { openSqliteJournal } from '../../dist/ground/store/sqlite.js';

const [path = '', name = '', acts = '0'] = process.argv.slice(2);
const journal = await openSqliteJournal(path, Date.now);
const ctx = {
  journal: async () => journal,
  env: { AGENTOPS_ACTOR: name },
  secrets: { reveal: () => '', mask: (text) => text },
  process: {},
};
for (let done = 0; done < Number(acts); done++) {
  const subject = `${name}-${done}`;
  const write = {
    sql: "INSERT INTO beat (id, agent, check_id, at, status, note) VALUES (?, 'a', 'c', 1, 'ok', '')",
    params: [subject],
    rows: 1,
  };
  await recordAct(ctx, async () => ({ writes: [write], act: { kind: 'mark', subject, body: { done } }, answer: null }));
  process.send?.(done);
  // Lets the message leave before the next commit blocks this thread.
  await new Promise((resolve) => setImmediate(resolve));
}
await journal.close();
process.disconnect?.();
