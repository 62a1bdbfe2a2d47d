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
