import type { retryableOutcomes } from './schema.ts';
import type { At, Slot } from './slots.ts';

export type RetryableOutcome = (typeof retryableOutcomes)[number];

/** When a scheduled check is due. */
export type Schedule =
  | { readonly kind: 'every'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly cron: string; readonly zone: string };

export interface CheckTurn {
  readonly input: string;
  /** Each slot holds one expectation. */
  readonly expect: readonly Slot[];
}

/** One synthetic probe of an agent. */
export interface Check {
  readonly id: string;
  /** `prompt` asks; `probe` only looks (card, models, tools, TLS); `heartbeat` waits for the agent to report. */
  readonly kind: 'prompt' | 'probe' | 'heartbeat';
  readonly schedule: Schedule;
  /** Null unless the check is a heartbeat. Milliseconds. */
  readonly heartbeat: { readonly everyMs: number; readonly graceMs: number } | null;
  /** Empty unless the check is a prompt. */
  readonly turns: readonly CheckTurn[];
  /** On the last answer and the conversation as a whole. */
  readonly expect: readonly Slot[];
  readonly degraded: { readonly latencyMs: number | null; readonly ttftMs: number | null; readonly costNanos: number | null };
  readonly retry: { readonly max: number; readonly on: readonly RetryableOutcome[] };
  readonly failAfter: number;
  readonly recoverAfter: number;
  readonly safety: boolean;
  /** Milliseconds; null: as the endpoint or the defaults say. */
  readonly timeoutMs: number | null;
}

export interface Maintenance {
  readonly cron: string;
  readonly zone: string;
  readonly forMs: number;
}

export interface Agent {
  readonly name: string;
  readonly description: string | null;
  readonly owner: string | null;
  readonly tier: 1 | 2 | 3;
  readonly env: string | null;
  readonly tags: readonly string[];
  /** Null: it is not talked to (traces or heartbeats only). */
  readonly endpoint: Slot | null;
  readonly checks: readonly Check[];
  readonly dependsOn: readonly string[];
  readonly maintenance: readonly Maintenance[];
  /** Nano-dollars a UTC day; null: no limit. */
  readonly probeBudgetNanos: number | null;
  readonly traces: AgentTraces | null;
  readonly sla: Sla;
  readonly budget: Budget;
  /** The score that stands for its quality; null: the one named `quality`. */
  readonly qualityScore: string | null;
  readonly at: At;
}

/** Where an agent's traces are read from, and which of them are its own: all keys of `traces.match` must match; without it, its name must. */
export interface AgentTraces {
  readonly backend: string;
  readonly match?:
    | {
        readonly trace_name?: string | undefined;
        readonly service_name?: string | undefined;
        readonly agent_name?: string | undefined;
        readonly environment?: string | undefined;
        readonly tags?: readonly string[] | undefined;
        readonly metadata?: Readonly<Record<string, string>> | undefined;
        readonly [metadataKey: `metadata.${string}`]: string | undefined;
      }
    | undefined;
}

/** What an agent promises; null where it promises nothing. */
export interface Sla {
  readonly latencyP95Ms: number | null;
  /** 0 to 1. */
  readonly errorRate: number | null;
  readonly quality: number | null;
  readonly availability: number | null;
}

/** What may be spent, nano-dollars; null: no limit. */
export interface Budget {
  readonly perRequestNanos: number | null;
  readonly perHourNanos: number | null;
  readonly perDayNanos: number | null;
  readonly perMonthNanos: number | null;
  readonly tokensPerRequest: number | null;
  readonly stepsPerRequest: number | null;
}

/** Dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cachedInput: number | null;
  readonly cacheWrite: number | null;
}

/** The manifest after loading: checked, with defaults filled in, secrets still references. JSON-safe. */
export interface Fleet {
  readonly name: string;
  /** The manifest's path, absolute. */
  readonly path: string;
  /** The folder of journal and snapshot, absolute. */
  readonly stateFolder: string;
  readonly defaults: { readonly timeoutMs: number; readonly windowMs: number };
  /** In the order of the manifest. */
  readonly agents: readonly Agent[];
  readonly backends: Readonly<Record<string, Slot>>;
  /** `io`: prompts and answers are kept, redacted and capped. */
  readonly capture: 'none' | 'io';
  readonly budget: Pick<Budget, 'perDayNanos' | 'perMonthNanos'>;
  readonly prices: Readonly<Record<string, Price>>;
}
