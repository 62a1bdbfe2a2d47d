import { createHash } from 'node:crypto';
import type { Journal, Write } from '../../ground/store/port.ts';
import type { Mark, Sighting } from './release-change.ts';

const insert = `INSERT INTO mark (id, agent, release, at, note, source) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;

const writeOf = ({ id, agent, release, at, note, source }: Mark): Write => ({
  sql: insert,
  params: [id, agent, release, at, note, source],
});

/** The writes that note a release that somebody told of; it takes the place of one that was seen in spans only. */
export const toldMarkWrites = (mark: Mark): readonly Write[] => [
  { sql: "DELETE FROM mark WHERE source = 'seen' AND agent = ? AND release = ?", params: [mark.agent, mark.release] },
  writeOf(mark),
];

/** Notes releases seen in spans. A release of an agent has one id, so that two who see it at once note it once. */
export const saveSeenMarks = async (journal: Journal, seen: readonly Sighting[]): Promise<readonly Mark[]> => {
  const marks = seen.map(({ agent, release, atUs }): Mark => {
    const id = createHash('sha256')
      .update(JSON.stringify([agent, release]))
      .digest('hex')
      .slice(0, 32);
    return { id, agent, release, at: Math.floor(atUs / 1000), note: '', source: 'seen' };
  });
  await journal.commit(marks.map(writeOf));
  return marks;
};

/** Marks from an instant on (UTC epoch ms), oldest first; of one agent where it is named. */
export const readMarks = (
  journal: Journal,
  { since = 0, agent = null }: { since?: number; agent?: string | null } = {},
): Promise<Mark[]> =>
  agent === null
    ? journal.all<Mark>('SELECT id, agent, release, at, note, source FROM mark WHERE at >= ? ORDER BY at, id', since)
    : journal.all<Mark>('SELECT id, agent, release, at, note, source FROM mark WHERE agent = ? AND at >= ? ORDER BY at, id', agent, since);
