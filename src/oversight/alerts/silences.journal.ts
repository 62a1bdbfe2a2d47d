import { parseJson } from '../../ground/json.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
import type { Silence, SilenceMatcher } from './alert.ts';

interface Row {
  readonly id: string;
  readonly matcher: string;
  readonly reason: string;
  readonly actor: string;
  readonly starts_at: number;
  readonly ends_at: number;
}

const columns = 'id, matcher, reason, actor, starts_at, COALESCE(ended_at, ends_at) AS ends_at';

const silenceOf = ({ matcher, starts_at: startsAt, ends_at: endsAt, ...row }: Row): Silence => ({
  ...row,
  matcher: parseJson(matcher) as unknown as SilenceMatcher,
  startsAt,
  endsAt,
});

/** The silences that are not over at an instant (UTC epoch ms), those that have yet to begin too; the first to end first. */
export const readSilences = async (journal: Journal, now: number): Promise<readonly Silence[]> => {
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM silence WHERE ends_at > ? AND (ended_at IS NULL OR ended_at > ?) ORDER BY ends_at, id`,
    now,
    now,
  );
  return rows.map(silenceOf);
};

/** One silence, over or not; null: there is none of that id. */
export const readSilence = async (journal: Journal, id: string): Promise<Silence | null> => {
  const [row] = await journal.all<Row>(`SELECT ${columns} FROM silence WHERE id = ?`, id);
  return row === undefined ? null : silenceOf(row);
};

/** The write that begins a silence. */
export const silenceWrite = ({ id, matcher, reason, actor, startsAt, endsAt }: Silence): Write => ({
  sql: 'INSERT INTO silence (id, matcher, reason, actor, starts_at, ends_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING',
  params: [id, JSON.stringify(matcher), reason, actor, startsAt, endsAt],
  rows: 1,
});

/** The write that ends a silence before its time; it fails (`Conflict`) where it is over. @param at UTC epoch ms */
export const unsilenceWrite = (id: string, at: number): Write => ({
  sql: 'UPDATE silence SET ended_at = ? WHERE id = ? AND ended_at IS NULL AND ends_at > ?',
  params: [at, id, at],
  rows: 1,
});
