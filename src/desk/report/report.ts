import type { StandingState } from '../../oversight/status/fleet-status.ts';
import type { Incident } from '../../response/incidents/incident.ts';
import type { AdviceReport } from '../../telemetry/advice/advice-report.ts';
import type { BudgetUse, Forecast } from '../../telemetry/cost/budget.ts';
import type { ModelSpend } from '../../telemetry/cost/model-spend.cache.ts';
import type { Trend } from '../../telemetry/stats/collect-trend.ts';
import type { Figures } from '../../telemetry/stats/figures.ts';
import type { AgentEdge } from '../../telemetry/traces/topology.ts';
import type { Episode } from './alert-episodes.ts';
import type { FirstStep } from './first-steps.ts';
import type { ScoreSpread } from './score-spread.ts';

/** One agent over the window. */
export interface ReportedAgent {
  readonly name: string;
  /** Null: no agent of the manifest, but requests that none claims. */
  readonly standing: StandingState | null;
  readonly owner: string | null;
  readonly figures: Figures;
  /** What it promises; null where it promises nothing. Microseconds, shares. */
  readonly promised: { readonly latencyP95Us: number | null; readonly errorRate: number | null; readonly quality: number | null };
  /** Nano-dollars of the window of the same length before; null: nothing was known then. */
  readonly costBeforeNanos: number | null;
  /** Nano-dollars of each bucket of the trend, oldest first; empty where it has neither a line nor a colour of its own: see `report-limits`. */
  readonly trendNanos: readonly number[];
}

/** The sums of the window of the same length before. */
export interface Before {
  readonly requests: number;
  readonly errors: number;
  readonly costNanos: number | null;
}

/** How the month goes. Nano-dollars. */
export interface ReportedMonth {
  /** UTC epoch ms; `toMs` is where the next one begins. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly spentNanos: number;
  readonly forecast: Forecast | null;
  /** What each day of it cost so far, today included. */
  readonly dailyNanos: readonly number[];
  /** What the fleet, or the agent that is looked at, may cost in a month; null: no limit is set. */
  readonly limitNanos: number | null;
}

/** How requests to an agent failed. */
export interface FailureKind {
  readonly agent: string;
  /** As spans tell it; `(none)`: they do not. */
  readonly type: string;
  readonly requests: number;
}

/** What a report says, before it looks like anything. All texts are masked and untrusted; instants are UTC epoch ms. */
export interface FleetReport {
  readonly fleet: string;
  readonly generatedAt: number;
  /** The only agent that is looked at; null: all. */
  readonly agent: string | null;
  readonly window: { readonly from: number; readonly to: number };
  /** Figures of each bucket, and marks. */
  readonly trend: Trend;
  readonly totals: Figures;
  /** Null: nothing was known then. */
  readonly before: Before | null;
  /** What most needs a look first. */
  readonly agents: readonly ReportedAgent[];
  readonly spend: readonly ModelSpend[];
  readonly month: ReportedMonth;
  readonly budgets: readonly BudgetUse[];
  readonly scores: readonly ScoreSpread[];
  readonly failures: readonly FailureKind[];
  readonly alerts: readonly Episode[];
  /** When alerts were last judged; null: they never were, as far as is known. */
  readonly judgedAt: number | null;
  readonly incidents: readonly Incident[];
  /** Why the journal that a team shares could not be asked: states, alerts, incidents and marks are not known; null: it was. */
  readonly journalTrouble: string | null;
  readonly edges: readonly AgentEdge[];
  /** Null: it was not looked for. */
  readonly advice: AdviceReport | null;
  /** What to do first, most urgent first. */
  readonly steps: readonly FirstStep[];
}
