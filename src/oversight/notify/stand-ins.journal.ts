import type { Journal } from '../../ground/store/port.ts';
import { type Posted, readPosts } from './outbox.journal.ts';

/** Every copy of a message: for the channels it is meant for, and for those that stand in. */
export const copiesOf = (journal: Journal, dedupKey: string): Promise<readonly Posted[]> =>
  readPosts(journal, 'dedup_key = ? ORDER BY seq, id', dedupKey);

/** What was given up, or is tried since `before`, and made after `since` (UTC epoch ms); not what was passed on already. Oldest first. */
export const postsInTrouble = (journal: Journal, { before, since }: { readonly before: number; readonly since: number }) =>
  readPosts(
    journal,
    `made_at >= ? AND (status = 'failed' OR (status = 'due' AND error IS NOT NULL AND made_at <= ?))
      AND NOT EXISTS (SELECT 1 FROM outbox other WHERE other.dedup_key = outbox.dedup_key AND other.instead_of = outbox.channel)
      ORDER BY seq, id`,
    since,
    before,
  );

/** The newest message of each thing that a channel was told in place of another. */
export const standingIn = (journal: Journal): Promise<readonly Posted[]> =>
  readPosts(
    journal,
    `instead_of > '' AND about IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox later WHERE later.channel = outbox.channel
      AND later.about = outbox.about AND later.seq > outbox.seq) ORDER BY seq, id`,
  );

/** What its own channel was told, or is to be told, after a message that another channel got in its place. */
export const saidSince = (journal: Journal, { dedupKey, insteadOf, message }: Posted): Promise<readonly Posted[]> =>
  readPosts(
    journal,
    `channel = ? AND about = ? AND seq > (SELECT MAX(seq) FROM outbox original WHERE original.channel = ? AND original.dedup_key = ?)
      ORDER BY seq, id`,
    insteadOf,
    message.about?.key ?? '',
    insteadOf,
    dedupKey,
  );

/** What channels were told in place of others, from an instant on (UTC epoch ms). */
export const passedOnSince = (journal: Journal, since: number): Promise<readonly Posted[]> =>
  readPosts(journal, "instead_of > '' AND made_at >= ? ORDER BY seq, id", since);
