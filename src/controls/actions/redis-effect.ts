import { RedisTrouble } from '../../clients/redis.ts';
import { effectOfBlindness } from './effect.ts';
import type { Effect } from './port.ts';

/** What an attempt on a Redis server has come to that went wrong on the way, or could not see. Anything but that is thrown on. */
export const effectOfRedis = (thrown: unknown): Effect => {
  if (!(thrown instanceof RedisTrouble)) return effectOfBlindness(thrown);
  const { reached, again, message } = thrown;
  const result = reached === 'unknown' ? 'unsure' : 'rejected';
  return { result, retry: again, retryAfterMs: null, evidence: message };
};
