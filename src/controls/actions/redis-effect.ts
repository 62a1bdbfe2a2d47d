import { RedisTrouble } from '../../clients/redis.ts';
import type { Effect } from './port.ts';

/** What an attempt on a Redis server has come to that went wrong on the way. Anything but a trouble of Redis is thrown on. */
export const effectOfRedis = (thrown: unknown): Effect => {
  if (!(thrown instanceof RedisTrouble)) throw thrown;
  const { reached, again, message } = thrown;
  const result = reached === 'unknown' ? 'unsure' : 'rejected';
  return { result, retry: again, retryAfterMs: null, evidence: message };
};
