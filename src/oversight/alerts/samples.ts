import type { ErrorType } from '../../telemetry/traces/span.ts';
import type { CostSample, CostWindow } from './conditions/cost-regression.ts';
import type { DepthMean, DepthSample } from './conditions/creep.ts';
import type { MeanSample } from './conditions/mean-below.ts';
import type { ProviderSample } from './conditions/provider-outage.ts';
import type { ShareSample } from './conditions/share.ts';

/** Something that happened or holds, in words that may come from outside: untrusted. */
export interface Fact {
  readonly reason: string;
  /** UTC epoch ms since when; null: not known. */
  readonly since: number | null;
  /** The request it happened in; absent: none, or not known. */
  readonly traceId?: string;
}

/** The most extreme single requests of a window, each by its own measure; null: there was none, or none with that figure. */
export interface Extremes {
  readonly steps: Extreme | null;
  readonly tokens: Extreme | null;
  readonly nanos: Extreme | null;
  /** Requests in the window. */
  readonly n: number;
}

/** Limits of single requests; a measure that is absent has none. */
export type Caps = Readonly<Partial<Record<'steps' | 'tokens' | 'nanos', number>>>;

export interface Extreme {
  readonly value: number;
  readonly traceId: string;
}

/**
 * What can be seen of one agent as of a moment, in event time. What rules look at comes through here and no other way, so that the same
 * rules judge what is, what was, and what is simulated. Windows end at the moment; null: that source has nothing to say of this agent.
 */
export interface Samples {
  /** Requests that failed, all or of one type. */
  errors(widthMs: number, errorType: ErrorType | null): ShareSample | null;
  /** Requests that took longer. */
  slow(widthMs: number, thanMs: number): ShareSample | null;
  /** Scores, 0 to 1. @param score null: the one that is the agent's quality */
  scores(widthMs: number, score: string | null): MeanSample | null;
  costs(widthMs: number): CostWindow | null;
  /** All of a window and of the seven days before it. */
  costsBefore(widthMs: number): { readonly now: CostSample; readonly before: CostSample } | null;
  /** Nano-dollars of the hour that ends now, or of the UTC day or month so far; n: requests. */
  spent(per: 'hour' | 'day' | 'month'): { readonly nanos: number; readonly n: number } | null;
  /** Nano-dollars that the month will have cost at least, as far as can be known. */
  forecast(): { readonly lowNanos: number; readonly expectedNanos: number } | null;
  depth(widthMs: number): { readonly now: DepthSample; readonly days: readonly DepthMean[] } | null;
  /** @param caps what arrived late counts where it went above them only then; nothing else asks for them */
  extremes(widthMs: number, caps?: Caps): Extremes | null;
  /** Safety events of a window; empty: none. Null: nothing could be seen. */
  safety(widthMs: number): readonly Fact[] | null;
  /** Why its checks or heartbeats make it red; empty: they do not. Null: it has none, or none has run. */
  red(): readonly Fact[] | null;
  missedHeartbeats(): readonly Fact[] | null;
  drift(): readonly Fact[] | null;
  /** What should have been undone by now and is still in force. */
  overdue(): readonly Fact[];
  /** Work that waits, and who works; null: no queue, or it could not be read. */
  queue(): { readonly depth: number; readonly workers: number | null } | null;
  /** What comes of calls and probes of every provider; of the providers alone, null of an agent. */
  providers(): readonly ProviderSample[] | null;
}

/** Of which nobody has anything to say: what a source adds its own to. */
export const nothingSeen: Samples = {
  errors: () => null,
  slow: () => null,
  scores: () => null,
  costs: () => null,
  costsBefore: () => null,
  spent: () => null,
  forecast: () => null,
  depth: () => null,
  extremes: () => null,
  safety: () => null,
  red: () => null,
  missedHeartbeats: () => null,
  drift: () => null,
  overdue: () => [],
  queue: () => null,
  providers: () => null,
};
