import type { CostOrigin, Outcome } from '../protocols/port.ts';
import type { Answerer } from './answerer.ts';
import type { RateLimits } from './rate-limits.ts';

/** What one probe of a provider came to. Unknown is null; words of the provider are untrusted. */
export interface ProviderProbe {
  readonly id: string;
  readonly provider: string;
  /** The model that was asked for. */
  readonly model: string | null;
  /** The link of a chain that it stood for; null: none, it was due by itself. */
  readonly hop: string | null;
  /** Whose chain that is; null as above. */
  readonly agent: string | null;
  /** UTC epoch ms. */
  readonly at: number;
  readonly outcome: Outcome;
  readonly cause: string | null;
  readonly detail: string;
  readonly httpStatus: number | null;
  readonly latencyMs: number;
  /** Until the first token; of streamed answers alone. */
  readonly ttftMs: number | null;
  readonly costNanos: number | null;
  readonly costSource: CostOrigin | null;
  /** The model that says it answered. */
  readonly answeredBy: string | null;
  /** Who did; null: no answer came. */
  readonly answerer: Answerer | null;
  readonly limits: RateLimits;
  readonly retryAfterMs: number | null;
  readonly traceId: string;
}

/** Ends in which a model did answer: one that was cut short by the limit of a probe was there all the same. */
const answers: ReadonlySet<Outcome> = new Set(['ok', 'refused', 'truncated']);
/** Answers that a limit of the probe did not cut, but the way to it. */
const broken: ReadonlySet<string> = new Set(['broken off', 'stream ended early']);
/** Ends that tell of our own side. */
const ownFaults: ReadonlySet<Outcome> = new Set(['unauthorized', 'checker_error']);

/** Whether a provider answered; null: the checker itself was at fault. */
export const isAnswered = ({ outcome, cause }: Pick<ProviderProbe, 'outcome' | 'cause'>): boolean | null => {
  if (ownFaults.has(outcome)) return null;
  return answers.has(outcome) && !broken.has(cause ?? '');
};
