import { isReply, type RedisLink } from './redis.ts';

/** What a queue of BullMQ tells of its work. Instants are UTC epoch ms by the clocks of producers and workers. */
export interface BullFigures {
  /** What may be begun at once; what is delayed may not. */
  readonly waiting: number;
  readonly active: number;
  /** Null: this credential may not list connections, or the server has no such command. */
  readonly workers: number | null;
  /** When the next job to be begun was due; null: none waits. */
  readonly nextDueAt: number | null;
  /** The newest job that was begun for the first time and is still kept; null: there is none. */
  readonly newest: { readonly dueAt: number; readonly begunAt: number } | null;
  /** How many jobs were ever added. */
  readonly added: number;
}

/**
 * The figures of a queue, read by plain commands: scripts, as the library counts with, are more than a credential may do that may only look.
 * Null: no worker and no producer has ever opened a queue of this name. Source: the keys of BullMQ 6.
 */
export const readBullFigures = async (link: RedisLink, name: string, prefix: string): Promise<BullFigures | null> => {
  const key = (part: string) => `${prefix}:${name}:${part}`;
  if ((await link.exists(key('meta'))) === 0) return null;
  const [wait, paused, prioritized] = [await link.llen(key('wait')), await link.llen(key('paused')), await link.zcard(key('prioritized'))];
  const next =
    (await link.lindex(key('wait'), -1)) ?? (await link.lindex(key('paused'), -1)) ?? (await link.zrange(key('prioritized'), '0', '0'))[0];
  const newest = (await link.lindex(key('active'), 0)) ?? (await link.zrevrange(key('completed'), '0', '0'))[0];
  const begun = newest === undefined ? null : await timesOf(link, key(newest));
  return {
    waiting: wait + paused + prioritized,
    active: await link.llen(key('active')),
    workers: await workersOf(link, name, prefix),
    nextDueAt: next === undefined ? null : ((await timesOf(link, key(next)))?.dueAt ?? null),
    newest: begun === null || begun.begunAt === null || begun.isAgain ? null : { dueAt: begun.dueAt, begunAt: begun.begunAt },
    added: Number((await link.get(key('id'))) ?? 0),
  };
};

/** Null: it was removed meanwhile. */
const timesOf = async (
  link: RedisLink,
  key: string,
): Promise<{ readonly dueAt: number; readonly begunAt: number | null; readonly isAgain: boolean } | null> => {
  const [made, delay, begun, attempts] = await link.hmget(key, 'timestamp', 'delay', 'processedOn', 'ats');
  if (made === undefined || made === null) return null;
  return {
    dueAt: Number(made) + Number(delay ?? 0),
    begunAt: begun === undefined || begun === null ? null : Number(begun),
    isAgain: Number(attempts ?? 1) > 1,
  };
};

/** Workers name their connections after their queue. */
const workersOf = async (link: RedisLink, name: string, prefix: string): Promise<number | null> => {
  const own = `${prefix}:${Buffer.from(name).toString('base64')}`;
  try {
    const lines = String(await link.client('LIST')).split('\n');
    const names = lines.map((line) => /(?:^| )name=(\S*)/.exec(line)?.[1] ?? '');
    return names.filter((each) => each === own || each.startsWith(`${own}:w:`)).length;
  } catch (thrown) {
    if (!isReply(thrown)) throw thrown;
    return null;
  }
};
