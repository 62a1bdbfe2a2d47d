import { createHash } from 'node:crypto';
import { maskedObject } from '../../ground/audit/masked.ts';
import { parseJson } from '../../ground/json.ts';
import { keptText } from '../../ground/redaction/kept-text.ts';
import type { Journal, Param, Write } from '../../ground/store/port.ts';
import type { Delivery, Letter, Message, Outgoing } from './port.ts';

/** How a row was made: the moment (UTC epoch ms), and what hides secrets in it. */
export interface Making {
  readonly at: number;
  readonly mask: (text: string) => string;
}

/** A row of the outbox. */
export interface Posted extends Letter {
  readonly channel: string;
  readonly status: 'due' | 'sent' | 'failed';
  /** How often sending was begun. */
  readonly attempts: number;
  /** UTC epoch ms: not tried again before. */
  readonly dueAt: number;
  readonly sentAt: number | null;
  /** Why the last attempt failed; null where none did. */
  readonly error: string | null;
  /** What it may be said with; null: it is said by itself. */
  readonly groupKey: string | null;
  /** The channel that could not be told; null: it was meant for this one. */
  readonly insteadOf: string | null;
  /** When it is to be said again, because it goes on; UTC epoch ms, null: never. */
  readonly againAt: number | null;
}

interface Row {
  readonly id: string;
  readonly channel: string;
  readonly dedup_key: string;
  readonly message: string;
  readonly status: Posted['status'];
  readonly attempts: number;
  readonly due_at: number;
  readonly made_at: number;
  readonly sent_at: number | null;
  readonly error: string | null;
  readonly group_key: string | null;
  readonly instead_of: string | null;
  readonly again_at: number | null;
}

const columns = 'id, channel, dedup_key, message, status, attempts, due_at, made_at, sent_at, error, group_key, instead_of, again_at';

const posted = (row: Row): Posted => ({
  id: row.id,
  channel: row.channel,
  dedupKey: row.dedup_key,
  message: parseJson(row.message) as unknown as Message,
  status: row.status,
  attempts: row.attempts,
  dueAt: row.due_at,
  madeAt: row.made_at,
  sentAt: row.sent_at,
  error: row.error,
  groupKey: row.group_key,
  insteadOf: row.instead_of,
  againAt: row.again_at,
});

/** One id for a channel and a key: who adds a message again after a crash adds nothing. */
const idOf = ({ channel, dedupKey }: Outgoing): string =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([channel, dedupKey]))
    .digest('hex')
    .slice(0, 24)}`;

/**
 * The writes that put messages into the outbox, for the commit of what they tell of. One that is there already is left as it is. Of one
 * thing they are said in the order of these writes.
 */
export const outboxWrites = (outgoing: readonly Outgoing[], { at, mask }: Making): readonly Write[] =>
  outgoing.map((each) => ({
    sql: `INSERT INTO outbox (id, channel, dedup_key, message, status, attempts, due_at, made_at, sent_at, ref, error, seq, about, group_key, instead_of)
      VALUES (?, ?, ?, ?, 'due', 0, ?, ?, NULL, NULL, NULL, (SELECT COALESCE(MAX(seq), 0) + 1 FROM outbox), ?, ?, ?) ON CONFLICT DO NOTHING`,
    params: [
      idOf(each),
      each.channel,
      each.dedupKey,
      JSON.stringify(maskedMessage(each.message, mask)),
      at + (each.group?.waitMs ?? 0),
      at,
      each.message.about?.key ?? null,
      each.group?.key ?? null,
      each.insteadOf ?? null,
    ],
  }));

/** Secrets and what it says of people are hidden: a message leaves this machine. */
const maskedMessage = (message: Message, mask: (text: string) => string): Message => {
  const kept = (text: string) => keptText(mask(text));
  return { ...message, title: kept(message.title), text: kept(message.text), facts: maskedObject(message.facts, kept) };
};

/** Nothing said before of the same thing on the same channel waits. */
const isNext = `(about IS NULL OR NOT EXISTS (SELECT 1 FROM outbox earlier WHERE earlier.channel = outbox.channel
  AND earlier.about = outbox.about AND earlier.status = 'due' AND earlier.seq < outbox.seq))`;

/** Rows of the outbox that fulfil a condition in SQL. */
export const readPosts = async (journal: Journal, condition: string, ...params: readonly Param[]): Promise<readonly Posted[]> =>
  (await journal.all<Row>(`SELECT ${columns} FROM outbox WHERE ${condition}`, ...params)).map(posted);

/** What is to be sent now, the longest waiting first; without some channels. Of one thing on one channel, only what comes next. */
export const duePosts = (
  journal: Journal,
  { now, limit, without = [] }: { readonly now: number; readonly limit: number; readonly without?: readonly string[] },
): Promise<readonly Posted[]> => {
  const others = without.length === 0 ? '' : `AND channel NOT IN (${without.map(() => '?').join(', ')})`;
  return readPosts(
    journal,
    `status = 'due' AND due_at <= ? ${others} AND ${isNext} ORDER BY due_at, seq, id LIMIT ?`,
    now,
    ...without,
    limit,
  );
};

/** What may be said with a post: of its group, waiting for the first time or due, and next of what it is about. In the order they were made. */
export const companionsOf = async (journal: Journal, post: Posted, now: number, limit: number): Promise<readonly Posted[]> => {
  if (post.groupKey === null) return [];
  const condition = `status = 'due' AND channel = ? AND group_key = ? AND id <> ? AND (due_at <= ? OR attempts = 0) AND ${isNext}`;
  return readPosts(journal, `${condition} ORDER BY seq, id LIMIT ?`, post.channel, post.groupKey, post.id, now, limit);
};

/**
 * The write with which one of several senders takes a post: it fails (`Conflict`) where another has it. Until `until` (UTC epoch ms) nobody
 * else tries; from then on whoever took it is believed to be dead.
 */
export const claimWrite = (post: Posted, until: number): Write => ({
  sql: "UPDATE outbox SET attempts = attempts + 1, due_at = ? WHERE id = ? AND status = 'due' AND attempts = ? AND due_at = ?",
  params: [until, post.id, post.attempts, post.dueAt],
  rows: 1,
});

/** The write that notes what came of an attempt. @param retryAt UTC epoch ms, where there is to be another; null: there will be none */
export const deliveryWrite = (post: Posted, delivery: Delivery, now: number, retryAt: number | null): Write => {
  if (delivery.result === 'sent')
    return {
      sql: "UPDATE outbox SET status = 'sent', sent_at = ?, ref = ?, error = NULL WHERE id = ?",
      params: [now, delivery.ref, post.id],
    };
  if (retryAt === null) return { sql: "UPDATE outbox SET status = 'failed', error = ? WHERE id = ?", params: [delivery.why, post.id] };
  return { sql: 'UPDATE outbox SET due_at = ?, error = ? WHERE id = ?', params: [retryAt, delivery.why, post.id] };
};

/** The write for one of several that were refused together: it is said by itself, at once, since one of the others may be to blame. */
export const apartWrite = (post: Posted, now: number): Write => ({
  sql: 'UPDATE outbox SET due_at = ?, group_key = NULL WHERE id = ?',
  params: [now, post.id],
  rows: 1,
});

/** What has not arrived: waiting, or given up from an instant on (UTC epoch ms); oldest first. */
export const undelivered = (journal: Journal, since: number): Promise<readonly Posted[]> =>
  readPosts(journal, "status = 'due' OR (status = 'failed' AND made_at >= ?) ORDER BY made_at, seq, id", since);
