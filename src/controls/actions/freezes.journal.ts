import { digString, isObject, parseJson } from '../../ground/json.ts';
import type { Journal, Write } from '../../ground/store/port.ts';

/** While it lasts, nothing is begun automatically. */
export interface Freeze {
  readonly id: string;
  /** Null: the whole fleet. */
  readonly agent: string | null;
  /** True: not even containment of class `safety` may begin by itself. */
  readonly stopsSafety: boolean;
  readonly reason: string;
  readonly actor: string;
  /** UTC epoch ms. */
  readonly at: number;
  /** UTC epoch ms. */
  readonly until: number;
}

interface Row {
  readonly id: string;
  readonly scope: string;
  readonly reason: string;
  readonly actor: string;
  readonly at: number;
  readonly until: number;
}

const freezeOf = ({ id, scope, reason, actor, at, until }: Row): Freeze => {
  const read = parseJson(scope);
  const stopsSafety = isObject(read) && read['stops_safety'] === true;
  return { id, agent: digString(read, 'agent'), stopsSafety, reason, actor, at, until };
};

/** The freezes in force at an instant (UTC epoch ms), the first one first. */
export const activeFreezes = async (journal: Journal, now: number): Promise<readonly Freeze[]> => {
  const rows = await journal.all<Row>(
    'SELECT id, scope, reason, actor, at, until FROM "freeze" WHERE ended_at IS NULL AND until > ? ORDER BY at, id',
    now,
  );
  return rows.map(freezeOf);
};

/** The write that begins a freeze. */
export const freezeWrite = ({ id, agent, stopsSafety, reason, actor, at, until }: Freeze): Write => ({
  sql: 'INSERT INTO "freeze" (id, scope, reason, actor, at, until, ended_at) VALUES (?, ?, ?, ?, ?, ?, NULL)',
  params: [id, JSON.stringify({ agent, stops_safety: stopsSafety }), reason, actor, at, until],
  rows: 1,
});

/** The write that ends a freeze before its time; it fails (`Conflict`) where somebody ended it already. */
export const unfreezeWrite = (id: string, at: number): Write => ({
  sql: 'UPDATE "freeze" SET ended_at = ? WHERE id = ? AND ended_at IS NULL',
  params: [at, id],
  rows: 1,
});
