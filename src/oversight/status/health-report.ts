import type { CheckResult } from '../../quality/health/result.ts';

export type StateName = 'red' | 'unknown' | 'yellow' | 'green';

/** A check as it stands: its last result, and how long it has been that way. */
export interface CheckHealth extends CheckResult {
  /** How many results in a row ended like this one; 1 or more. */
  readonly streak: number;
}

/** One agent, judged. */
export interface AgentHealth {
  readonly agent: string;
  readonly tier: number;
  readonly owner: string | null;
  readonly env: string | null;
  readonly state: StateName;
  /** UTC epoch ms since when it is in this state; null where that is not known. */
  readonly since: number | null;
  /** Whole sentences, most important first; empty only for green. Untrusted text may be in them. */
  readonly reasons: readonly string[];
  /** What its owner should know beside its state: whole sentences. */
  readonly warnings: readonly string[];
  /** A safety check was failed by an answer, now or within the safety window: no red agent suppresses it. */
  readonly safetyEvent: boolean;
  /** The red agent this one depends on; its own state then does not count. */
  readonly suppressedBy: string | null;
  readonly inMaintenance: boolean;
  /** Share of the last 24 hours in which its checks passed, 0 to 1; null without history. */
  readonly uptime24h: number | null;
  readonly checks: readonly CheckHealth[];
}

/** The answer of `agentops health`: the whole selection in manifest order. */
export interface HealthReport {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly state: StateName;
  readonly agents: readonly AgentHealth[];
  /** Milliseconds the run took. */
  readonly tookMs: number;
  /** False after Ctrl-C: some checks were not run. */
  readonly complete: boolean;
}

/** The answer of `agentops history`. */
export interface HistoryReport {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly agent: string;
  readonly uptime: { readonly d1: number | null; readonly d7: number | null; readonly d30: number | null };
  readonly checks: readonly {
    readonly check: string;
    readonly uptime: { readonly d1: number | null; readonly d7: number | null; readonly d30: number | null };
    /** Oldest first. */
    readonly results: readonly CheckResult[];
  }[];
}
