import type { RedisLink } from '../../../clients/redis.ts';
import { digNumber, parseJson } from '../../../ground/json.ts';
import { hindrance } from '../compare.ts';
import { applied, conflict } from '../effect.ts';
import type { Change, Touched } from '../port.ts';
import type { Gate } from './port.ts';

/**
 * A key that workers look for before they take an entry: while it is there, whatever it holds, they take none. Redis itself takes it away
 * when its time is over.
 */
export const openPauseFlag = (key: string, agent: string): Gate => {
  const name = `flag ${key}`;
  const read = async (link: RedisLink): Promise<Touched> => {
    const [flag, left] = [await link.get(key), await link.pttl(key)];
    return { flag, expires: left >= 0 };
  };
  return {
    name,
    expiresNatively: true,
    healthy: (isOpen) => ({ flag: isOpen ? null : 'paused', expires: false }),
    read,
    wish({ isOpen, ttlMs }, now) {
      if (!isOpen) return { to: isSet(now) ? now : { flag: flagText(agent, ttlMs), expires: ttlMs !== null }, lasting: null };
      const lasting = now['expires'] === true ? 'the flag had a time to end by itself, which is not put back' : null;
      return { to: { flag: null, expires: false }, lasting };
    },
    async set(link, from, to) {
      await link.watch(key);
      const hindered = hindrance({ target: name, from, to } as Change, await read(link));
      if (hindered !== null) return hindered;
      const flag = to['flag'];
      const ttlMs = typeof flag === 'string' ? digNumber(parseJson(flag), 'ttl_ms') : null;
      const queued = link.multi();
      if (typeof flag !== 'string') queued.del(key);
      else if (to['expires'] === true && ttlMs !== null) queued.set(key, flag, 'PX', ttlMs);
      else queued.set(key, flag);
      const results = await queued.exec();
      if (results === null) return conflict(`${name} was changed by somebody else just now`);
      for (const [error] of results) if (error !== null) throw error;
      return applied(`${name} is ${flag === null ? 'taken away' : 'set'}`);
    },
  };
};

const isSet = ({ flag }: Touched): boolean => typeof flag === 'string';

/** The same for the same wish, so that what was set can be told from what somebody else sets. */
const flagText = (agent: string, ttlMs: number | null): string => JSON.stringify({ by: 'agentops', agent, ttl_ms: ttlMs });
