import type { ErrorType } from '../../telemetry/traces/span.ts';
import type { Timing } from './alert-state.ts';
import type { BurnRateParams } from './conditions/burn-rate.ts';
import type { CostRegressionParams } from './conditions/cost-regression.ts';
import type { CreepParams } from './conditions/creep.ts';
import type { MeanBelowParams } from './conditions/mean-below.ts';
import type { OutageParams } from './conditions/provider-outage.ts';
import type { ShareParams } from './conditions/share.ts';

export type Severity = 'page' | 'notify';
export type Category = 'cost' | 'safety' | 'quality' | 'errors' | 'latency' | 'availability' | 'queue';

/** The promise or the cap of the agent itself (`sla`, `budget`), where a rule names no limit of its own. An agent without one is not judged. */
export type Own<Value> = Value | 'own';

/**
 * What a rule looks at and holds it against. Durations are milliseconds, money nano-dollars. `widths` are the windows to try, narrowest first.
 * Every type states here all it decides by: what is not in its parameters does not decide.
 */
export type RuleTest =
  | {
      readonly type: 'error_rate';
      readonly method: 'wilson' | 'ratio';
      /** Null: all errors. */
      readonly errorType: ErrorType | null;
      readonly threshold: Own<number>;
      readonly params: Omit<ShareParams, 'threshold' | 'recovery'>;
      /** Share of the threshold at which it may end. */
      readonly recovery: number;
      readonly widths: readonly number[];
    }
  | {
      readonly type: 'latency';
      readonly method: 'wilson' | 'ratio';
      /** A request slower than this is bad. */
      readonly slowerThanMs: Own<number>;
      /** The share that may be: 0.05 of a promise for the 95th percentile. */
      readonly threshold: number;
      readonly params: Omit<ShareParams, 'threshold' | 'recovery'>;
      readonly recovery: number;
      readonly widths: readonly number[];
    }
  | {
      readonly type: 'quality';
      /** Null: the score that is the agent's quality. */
      readonly score: string | null;
      readonly threshold: Own<number>;
      readonly params: Omit<MeanBelowParams, 'threshold' | 'recovery'>;
      readonly widths: readonly number[];
    }
  | {
      readonly type: 'cost_per_request';
      readonly method: 'regression' | 'ratio';
      readonly params: CostRegressionParams;
      /** A cap on the mean cost of a request that needs no history; null: none. */
      readonly capNanos: number | null;
      readonly widths: readonly number[];
    }
  | {
      readonly type: 'spend';
      readonly per: 'hour' | 'day' | 'month';
      /** Nano-dollars. */
      readonly limit: Own<number>;
      /** Shares of the limit, ascending, at which somebody is told: 0.5, 0.8, 1. */
      readonly stages: readonly number[];
      /** Judges what the month will have cost instead of what it did. */
      readonly forecast: boolean;
    }
  | { readonly type: 'loop_depth'; readonly limit: Own<number>; readonly creep: CreepParams | null; readonly widths: readonly number[] }
  | {
      readonly type: 'per_trace';
      readonly steps: Own<number> | null;
      readonly tokens: Own<number> | null;
      readonly nanos: Own<number> | null;
      readonly widths: readonly number[];
    }
  | { readonly type: 'safety'; readonly widths: readonly number[] }
  | { readonly type: 'agent_red' }
  | { readonly type: 'heartbeat' }
  | { readonly type: 'drift' }
  | { readonly type: 'mitigation_overdue' }
  | { readonly type: 'queue_depth'; readonly limit: number; readonly perWorker: boolean }
  | { readonly type: 'burn_rate'; readonly params: Omit<BurnRateParams, 'budget'>; readonly objective: Own<number> }
  | {
      readonly type: 'provider_outage';
      /** By the names that `providers:` or traces have for them; empty: all that are called. */
      readonly providers: readonly string[];
      readonly params: OutageParams;
      readonly widths: readonly number[];
    };

export type RuleType = RuleTest['type'];

/** When somebody must know. JSON-safe: it stands in the snapshot of the manifest. */
export interface Rule {
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  readonly test: RuleTest;
  readonly severity: Severity;
  readonly category: Category;
  readonly timing: Timing;
  /** Agents it is about; each null or empty: all of them. */
  readonly agents: { readonly names: readonly string[]; readonly tags: readonly string[]; readonly tiers: readonly number[] };
  /** Whether an agent of another that is red itself keeps this one quiet (`depends_on`). */
  readonly inhibitedByParents: boolean;
  /** Reminders while it fires and nobody acknowledged it. */
  readonly remind: { readonly everyMs: number; readonly most: number } | null;
}
