import type { Range } from '../../ground/units/window.ts';
import type { Finding, Saving, Strategy } from './saving.ts';

/** Why nothing is said of an agent by one strategy, or by none of them. */
export interface Shortfall {
  readonly agent: string;
  /** Null: all of them. */
  readonly strategy: Strategy | null;
  /** What is missing, a sentence without its end. */
  readonly missing: string;
}

/** What is being saved already. */
export interface Saved {
  readonly agent: string;
  readonly strategy: Strategy;
  /** Dollars per 30 days; negative where it costs more than it saves. */
  readonly dollars: number;
}

/** The answer of `agentops advise`. Money is dollars per 30 days. */
export interface AdviceReport {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  /** What was looked at; microseconds. */
  readonly window: Range;
  /** What saves most comes first. */
  readonly findings: readonly Finding[];
  /** What all of them save together, each on the cost that those before it leave. */
  readonly combined: Saving;
  /** What model calls cost. */
  readonly spent: number;
  readonly saved: readonly Saved[];
  readonly problems: readonly Shortfall[];
  /** Share of the model calls that were looked at one by one; 1: each. */
  readonly sampled: number;
}
