import type { Freeze } from '../../controls/actions/freezes.journal.ts';
import type { Range } from '../../ground/units/window.ts';
import type { Coverage } from '../../telemetry/stats/figures.cache.ts';
import type { Figures } from '../../telemetry/stats/figures.ts';
import type { Grouping } from '../../telemetry/stats/grouping.ts';
import type { AgentState } from './agent-state.ts';

/** How an agent is, and what it depends on or is exempt by. */
export interface StandingState extends AgentState {
  readonly tier: number;
  readonly suppressedBy: string | null;
  readonly inMaintenance: boolean;
}

/** One line: an agent, or whatever the figures are grouped by. */
export interface StatusRow {
  readonly key: string;
  readonly figures: Figures;
  /** Nano-dollars of each bucket of `trend`, oldest first. */
  readonly trendNanos: readonly number[];
  /** Null unless the row is an agent of the manifest. */
  readonly standing: StandingState | null;
}

/** The answer of `agentops status`. */
export interface FleetStatus {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  /** What was asked for, ms. */
  readonly windowMs: number;
  /** What was really counted, microseconds. */
  readonly window: Range;
  readonly by: Grouping;
  /** The filter in words, `key=value`; empty: none. */
  readonly filter: readonly string[];
  /** How the figures were counted; see `Groups`. */
  readonly basis: 'rollups' | 'scan' | 'both';
  readonly coverage: Coverage;
  readonly totals: Figures;
  /** What the sparklines show. */
  readonly trend: { readonly bucket: 'hour' | 'day'; readonly buckets: number };
  /** Those in force that concern what is shown; none unless the rows are agents. */
  readonly freezes: readonly Freeze[];
  /** Why states are not known: the journal of the team is out of reach. Null: they are. */
  readonly journalTrouble: string | null;
  /** Agents in the order of the manifest; other keys with most requests first. */
  readonly rows: readonly StatusRow[];
  /** Rows that were asked to be left out; they are in the totals. */
  readonly leftOut: number;
}
