import { digNumber } from '../../ground/json.ts';
import type { Posted } from './outbox.journal.ts';
import type { Delivery } from './port.ts';

/** How long one attempt may take where the channel says nothing, ms. */
export const usualTimeoutMs = 10_000;

/** How long a post is left to whoever took it beyond the time that one attempt may take, ms. */
const claimSlackMs = 30_000;

/** How long a post is left to whoever took it, ms. Who sends it has an answer before that, or is dead. */
export const claimMs = (channel: { readonly config: unknown } | undefined): number =>
  (digNumber(channel?.config, 'timeout') ?? usualTimeoutMs) + claimSlackMs;

/** The first pause, and the longest one that we make by ourselves, ms. */
const [firstPauseMs, longestPauseMs] = [5000, 15 * 60_000];
/** What a channel asks for is obeyed up to this, ms. */
const longestObeyedMs = 6 * 3_600_000;
/** After this nobody acts on it any more, ms. */
const givenUpAfterMs = 3 * 86_400_000;

/**
 * When a post is tried again, UTC epoch ms; null: not at all. Pauses double; the channel's own wish is obeyed.
 * @param random in [0, 1): spreads the attempts of posts that failed together
 */
export const retryAt = (post: Pick<Posted, 'attempts' | 'madeAt'>, delivery: Delivery, now: number, random: number): number | null => {
  if (delivery.result !== 'retry') return null;
  // `attempts` as it was read, before this one.
  const backoff = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(post.attempts, 20)) * (0.5 + random / 2);
  const pause = Math.max(backoff, Math.min(delivery.afterMs ?? 0, longestObeyedMs));
  const at = now + Math.round(pause);
  return at > post.madeAt + givenUpAfterMs ? null : at;
};
