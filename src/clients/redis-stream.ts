import { digArray } from '../ground/json.ts';
import type { RedisLink } from './redis.ts';

/** How far the consumers of a stream have come. Source: XINFO GROUPS of Redis 7. */
export interface GroupDepth {
  /** Taken and not acknowledged. */
  readonly pending: number;
  /** Not taken yet; null where Redis cannot say, as after entries were deleted, or before version 7. */
  readonly lag: number | null;
  /** The id of the last entry that was taken. */
  readonly lastTaken: string;
}

/** Null: there is no such stream, or no such group of it. */
export const groupDepth = async (link: RedisLink, stream: string, group: string): Promise<GroupDepth | null> => {
  if ((await link.type(stream)) !== 'stream') return null;
  for (const row of digArray({ rows: await link.call('XINFO', 'GROUPS', stream) }, 'rows')) {
    const facts = factsOf(row);
    if (facts.get('name') !== group) continue;
    const lag = facts.get('lag');
    return {
      pending: Number(facts.get('pending') ?? 0),
      lag: lag === null || lag === undefined ? null : Number(lag),
      lastTaken: String(facts.get('last-delivered-id')),
    };
  }
  return null;
};

/** A reply of names and values in turn. */
const factsOf = (row: unknown): ReadonlyMap<unknown, unknown> => {
  const flat: readonly unknown[] = Array.isArray(row) ? row : [];
  return new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : [])));
};

/** Who takes entries for a group. Groups keep them until somebody deletes them. */
export interface Consumer {
  readonly name: string;
  /** Since it last asked for entries, ms. */
  readonly idleMs: number;
}

/** The consumers of a group that is there. Source: XINFO CONSUMERS. */
export const consumersOf = async (link: RedisLink, stream: string, group: string): Promise<readonly Consumer[]> =>
  digArray({ rows: await link.call('XINFO', 'CONSUMERS', stream, group) }, 'rows').map((row) => {
    const facts = factsOf(row);
    return { name: String(facts.get('name')), idleMs: Number(facts.get('idle')) };
  });

/** How many entries were ever added to a stream that is there; null before version 7. Source: XINFO STREAM. */
export const streamAdded = async (link: RedisLink, stream: string): Promise<number | null> => {
  const added = factsOf(await link.call('XINFO', 'STREAM', stream)).get('entries-added');
  return added === undefined ? null : Number(added);
};

/** The id of the first entry behind the last one taken; null: there is none. */
export const firstUntaken = async (link: RedisLink, stream: string, lastTaken: string): Promise<string | null> => {
  const [first] = await link.xrange(stream, `(${lastTaken}`, '+', 'COUNT', 1);
  return first?.[0] ?? null;
};

/** How many entries stand behind the last one taken; null: more than `most`. */
export const countUntaken = async (link: RedisLink, stream: string, lastTaken: string, most: number): Promise<number | null> => {
  const { length } = await link.xrange(stream, `(${lastTaken}`, '+', 'COUNT', most + 1);
  return length > most ? null : length;
};

/** An entry that was taken and is not acknowledged; null: it is, or was never taken. Source: XPENDING. */
export const pendingEntry = async (
  link: RedisLink,
  stream: string,
  group: string,
  id: string,
): Promise<{ readonly idleMs: number; readonly deliveries: number } | null> => {
  const [row] = (await link.xpending(stream, group, id, id, 1)) as readonly (readonly unknown[])[];
  return row === undefined ? null : { idleMs: Number(row[2]), deliveries: Number(row[3]) };
};

/** When an entry was added by its id, UTC epoch ms of the server; producers may write ids of their own. */
export const entryMs = (id: string): number => Number(id.split('-')[0]);
