import { createHash } from 'node:crypto';
import { canonicalJson, isObject, type JsonObject, parseJson } from '../json.ts';
import { isoTime } from '../output/json.ts';

/** Something that was done: what `audit log` can be filtered by, and the facts that go with it. */
export interface Act {
  /** A noun, or a noun and its verb: `mark`, `eval.accept`. */
  readonly kind: string;
  /** What it was done to; mostly the name of an agent. */
  readonly subject: string;
  readonly body: JsonObject;
}

/** An act with who did it and when, before it has its place in the chain. */
export interface Deed extends Act {
  readonly actor: string;
  /** UTC epoch ms. */
  readonly at: number;
}

/** One link of the chain, as it is stored. */
export interface AuditRecord extends Omit<Deed, 'body'> {
  /** From 1, without a gap. */
  readonly seq: number;
  /** Canonical JSON of an object. */
  readonly body: string;
  /** The hash of the record before; of the first record 64 zeros. */
  readonly prev: string;
  readonly hash: string;
}

/** Where a chain ends. */
export type Head = Pick<AuditRecord, 'seq' | 'hash'>;

/** The head of a chain in which nothing stands yet. */
export const emptyHead: Head = { seq: 0, hash: '0'.repeat(64) };

/** What is wrong at the first place that does not fit. */
export interface Break {
  /** The place in the chain, from 1. */
  readonly seq: number;
  readonly problem: 'altered' | 'missing' | 'moved' | 'repeated' | 'unlinked' | 'unreadable';
  /** One sentence. */
  readonly message: string;
}

/** The body as a value; null where the text is not the canonical JSON of an object, so that only one text ever fits a hash. */
export const bodyOf = (text: string): JsonObject | null => {
  const value = parseJson(text);
  return isObject(value) && canonicalJson(value) === text ? value : null;
};

/** ECMAScript's range of instants: what ISO 8601 can write. */
export const isInstant = (at: number): boolean => Number.isInteger(at) && Math.abs(at) <= 8.64e15;

/**
 * The hash of a record: SHA-256, in hex, over the UTF-8 of its canonical JSON (RFC 8785: keys sorted, no space between tokens) without
 * the hash itself:
 *
 *     {"actor":"maria@host","at":"2026-11-23T14:00:00.000Z","body":{…},"kind":"mark","prev":"…","seq":7,"subject":"support"}
 *
 * Null where the record cannot be written so.
 */
const hashOf = ({ seq, at, actor, kind, subject, body, prev }: Omit<AuditRecord, 'hash'>): string | null => {
  const value = bodyOf(body);
  if (value === null || !isInstant(at)) return null;
  return createHash('sha256')
    .update(canonicalJson({ actor, at: isoTime(at), body: value, kind, prev, seq, subject }))
    .digest('hex');
};

/** The record that takes a deed into the chain behind its head. Throws where its moment is none. */
export const nextRecord = ({ seq, hash: prev }: Head, { body, at, actor, kind, subject }: Deed): AuditRecord => {
  const record = { seq: seq + 1, at, actor, kind, subject, body: canonicalJson(body), prev };
  const hash = hashOf(record);
  if (hash === null) throw new RangeError(`a record cannot be of the moment ${at}`);
  return { ...record, hash };
};

/** The first place in a piece of the chain that does not fit what stands before it; null where all of it does. */
export const firstBreak = (records: readonly AuditRecord[], from: Head = emptyHead): Break | null => {
  let head = from;
  for (const [index, record] of records.entries()) {
    const found = breakAt(head, record, records.slice(index + 1));
    if (found !== null) return found;
    head = record;
  }
  return null;
};

const breakAt = (head: Head, record: AuditRecord, later: readonly AuditRecord[]): Break | null => {
  const due = head.seq + 1;
  const broken = (problem: Break['problem'], message: string): Break => ({ seq: due, problem, message });
  if (hashOf(record) !== record.hash) return broken('altered', `record ${due} was altered: its hash does not fit what it says`);
  // From here on the record is one that somebody wrote so; only its place can be wrong.
  if (record.seq < due) return broken('repeated', `record ${record.seq} stands a second time, after record ${head.seq}`);
  if (record.seq > due && later.some(({ seq }) => seq === due)) return broken('moved', `record ${record.seq} stands before record ${due}`);
  if (record.seq > due) return broken('missing', `${lost(due, record.seq - 1)} missing before record ${record.seq}`);
  if (record.prev !== head.hash) return broken('unlinked', `record ${due} does not follow the record that stands before it`);
  return null;
};

const lost = (first: number, last: number): string => (first === last ? `record ${first} is` : `records ${first} to ${last} are`);
