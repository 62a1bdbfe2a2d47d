import type { Turn } from '../../agents/protocols/port.ts';
import type { Check } from '../../fleet/agent.ts';

const firstDelayMs = 250;
const longestDelayMs = 10_000;
/** Outcomes after which one more attempt at most makes sense, whatever the policy says: the agent may have acted already. */
const onceOnly = ['truncated', 'malformed'];

/**
 * How long to wait before the next attempt, in ms; null: there is none. `Retry-After` is obeyed, and one that asks for more than
 * ten seconds ends the matter, because a check is not a queue.
 * @param attempt how many attempts were made; 1 after the first
 */
export const retryDelay = (policy: Check['retry'], last: Turn, attempt: number, random: number): number | null => {
  if (attempt > policy.max || !policy.on.some((outcome) => outcome === last.outcome)) return null;
  if (onceOnly.includes(last.outcome) && attempt > 1) return null;
  const backoff = firstDelayMs * 2 ** (attempt - 1) * (0.5 + random);
  const wanted = Math.max(last.retryAfterMs ?? 0, backoff);
  return wanted > longestDelayMs ? null : wanted;
};
