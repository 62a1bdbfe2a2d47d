import { createHash } from 'node:crypto';
import { maskedObject } from '../../ground/audit/masked.ts';
import { parseJson } from '../../ground/json.ts';
import { keptText } from '../../ground/redaction/kept-text.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
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
}

const columns = 'id, channel, dedup_key, message, status, attempts, due_at, made_at, sent_at, error';

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
});

/** One id for a channel and a key: who adds a message again after a crash adds nothing. */
const idOf = ({ channel, dedupKey }: Outgoing): string =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([channel, dedupKey]))
    .digest('hex')
    .slice(0, 24)}`;

/** The writes that put messages into the outbox, for the commit of what they tell of. One that is there already is left as it is. */
export const outboxWrites = (outgoing: readonly Outgoing[], { at, mask }: Making): readonly Write[] =>
  outgoing.map((each) => ({
    sql: `INSERT INTO outbox (id, channel, dedup_key, message, status, attempts, due_at, made_at, sent_at, ref, error)
      VALUES (?, ?, ?, ?, 'due', 0, ?, ?, NULL, NULL, NULL) ON CONFLICT DO NOTHING`,
    params: [idOf(each), each.channel, each.dedupKey, JSON.stringify(maskedMessage(each.message, mask)), at, at],
  }));

/** Secrets and what it says of people are hidden: a message leaves this machine. */
const maskedMessage = (message: Message, mask: (text: string) => string): Message => {
  const kept = (text: string) => keptText(mask(text));
  return { ...message, title: kept(message.title), text: kept(message.text), facts: maskedObject(message.facts, kept) };
};

/** What is to be sent now, the longest waiting first; without some channels. */
export const duePosts = async (
  journal: Journal,
  { now, limit, without = [] }: { readonly now: number; readonly limit: number; readonly without?: readonly string[] },
): Promise<readonly Posted[]> => {
  const others = without.length === 0 ? '' : `AND channel NOT IN (${without.map(() => '?').join(', ')})`;
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM outbox WHERE status = 'due' AND due_at <= ? ${others} ORDER BY due_at, made_at, id LIMIT ?`,
    now,
    ...without,
    limit,
  );
  return rows.map(posted);
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

/** What has not arrived: waiting, or given up from an instant on (UTC epoch ms); oldest first. */
export const undelivered = async (journal: Journal, since: number): Promise<readonly Posted[]> => {
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM outbox WHERE status = 'due' OR (status = 'failed' AND made_at >= ?) ORDER BY made_at, id`,
    since,
  );
  return rows.map(posted);
};
