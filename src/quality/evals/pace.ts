/**
 * How many trials may be in flight: halved when the agent says that it is too much, grown by one a round while it answers (additive
 * increase, multiplicative decrease). Instants are monotonic ms.
 */
export interface Pace {
  /** What the user allows; 1 or more. */
  readonly ceiling: number;
  /** What is allowed now: 1 to `ceiling`. */
  readonly limit: number;
  /** Nothing is sent before. */
  readonly notBefore: number;
  /** When it was cut last: what was sent before that tells nothing new. */
  readonly cutAt: number;
  /** Answers since the limit last changed. */
  readonly answered: number;
  /** Cuts in a row without a single answer in between. */
  readonly refusals: number;
}

const firstPauseMs = 250;
const longestPauseMs = 30_000;

export const fullPace = (ceiling: number): Pace => ({
  ceiling,
  limit: ceiling,
  notBefore: Number.NEGATIVE_INFINITY,
  cutAt: Number.NEGATIVE_INFINITY,
  answered: 0,
  refusals: 0,
});

/** After an answer: a whole round of them makes room for one more. */
export const afterAnswer = (pace: Pace): Pace => {
  const answered = pace.answered + 1;
  if (answered < pace.limit || pace.limit >= pace.ceiling) return { ...pace, answered, refusals: 0 };
  return { ...pace, limit: pace.limit + 1, answered: 0, refusals: 0 };
};

/**
 * After "too many requests". Several that were sent together are one piece of news.
 * @param retryAfterMs what the agent asks for; null: nothing
 * @param jitter uniform in [0, 1)
 */
export const afterRefusal = (
  pace: Pace,
  { sentAt, now, retryAfterMs, jitter }: { sentAt: number; now: number; retryAfterMs: number | null; jitter: number },
): Pace => {
  const wanted = retryAfterMs === null ? pace.notBefore : now + retryAfterMs;
  if (sentAt < pace.cutAt) return { ...pace, notBefore: Math.max(pace.notBefore, wanted) };
  const backoff = Math.min(longestPauseMs, firstPauseMs * 2 ** pace.refusals) * (0.5 + jitter / 2);
  return {
    ...pace,
    limit: Math.max(1, Math.floor(pace.limit / 2)),
    notBefore: Math.max(wanted, now + backoff),
    cutAt: now,
    answered: 0,
    refusals: pace.refusals + 1,
  };
};
