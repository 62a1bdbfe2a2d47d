import type { Journal, Write } from '../../ground/store/port.ts';
import { type Posted, readPosts } from './outbox.journal.ts';

/** So often is what goes on told within the time that a channel believes it: one that is missed, or two, end nothing. */
const timesPerHold = 4;

/** When what was told at an instant is told again, UTC epoch ms. */
const againAt = (now: number, holdsMs: number): number => now + Math.floor(holdsMs / timesPerHold);

/**
 * The writes that go with a delivery: from now on the newest word on a thing is the one that is told again, until it ends.
 * @param holdsMs how long the channel believes it; undefined: until it is told that it ended
 */
export const holdWrites = (post: Posted, holdsMs: number | undefined, now: number): readonly Write[] => {
  const { about } = post.message;
  if (about === undefined || holdsMs === undefined) return [];
  return [
    {
      sql: 'UPDATE outbox SET again_at = NULL WHERE channel = ? AND about = ? AND again_at IS NOT NULL',
      params: [post.channel, about.key],
    },
    ...(about.phase === 'ends'
      ? []
      : [{ sql: 'UPDATE outbox SET again_at = ? WHERE id = ?', params: [againAt(now, holdsMs), post.id], rows: 1 }]),
  ];
};

/** What is to be told again now. What waits to be said of the same thing comes first: it says more. */
export const postsToRepeat = (journal: Journal, now: number, limit: number): Promise<readonly Posted[]> =>
  readPosts(
    journal,
    `again_at <= ? AND NOT EXISTS (SELECT 1 FROM outbox later WHERE later.channel = outbox.channel AND later.about = outbox.about
      AND later.status = 'due' AND later.seq > outbox.seq) ORDER BY again_at, seq LIMIT ?`,
    now,
    limit,
  );

/** The write with which one of several senders takes a repetition; it fails (`Conflict`) where another has it, or where it ended. */
export const repeatWrite = (post: Posted, next: number): Write => ({
  sql: 'UPDATE outbox SET again_at = ? WHERE id = ? AND again_at = ?',
  params: [next, post.id, post.againAt],
  rows: 1,
});
