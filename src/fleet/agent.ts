import type { SecretRef } from '../ground/runtime/context.ts';
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
  /** `prompt` asks; `probe` only looks (card, models, tools, TLS); `heartbeat` waits for the agent to report; `suite` asks cases of a suite. */
  readonly kind: 'prompt' | 'probe' | 'heartbeat' | 'suite';
  readonly schedule: Schedule;
  /** Null unless the check is a heartbeat. Milliseconds. */
  readonly heartbeat: { readonly everyMs: number; readonly graceMs: number } | null;
  /** Null unless the check is a suite: its absolute path, and how many of its cases one slot asks. */
  readonly suite: { readonly path: string; readonly sample: number } | null;
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
  /** Suites that belong to it, absolute paths; what `eval run` runs where none is named. */
  readonly evals: readonly string[];
  /** The score that stands for its quality; null: the one named `quality`. */
  readonly qualityScore: string | null;
  readonly controls: Controls;
  readonly tools: ToolRules;
  /** The providers or models it falls back along, in order. */
  readonly fallback: readonly string[];
  /** Names of scores whose failure is a safety event. */
  readonly safetyScores: readonly string[];
  /** The queue its work waits in; null or absent: none is named. */
  readonly queue?: Slot | null;
  /** How its number of workers follows that queue; null or absent: as it does where nothing is said. */
  readonly scale?: Scaling | null;
  readonly at: At;
}

/** How the number of workers follows a queue. */
export interface Scaling {
  /** More workers above this much work for each. */
  readonly upAt: number;
  /** Fewer below this much for each, for so long, ms. */
  readonly downAt: number;
  readonly forMs: number;
  /** More workers where work waits longer, ms; null: as the agent's promise about latency says. */
  readonly waitMs: number | null;
  /** Between two changes, ms. */
  readonly coolDownMs: number;
  /** Workers that are taken away at once. */
  readonly step: number;
  /** So many consumers, as the queue counts them, are one worker. */
  readonly consumers: number;
  /** Null: as the control says. */
  readonly min: number | null;
  readonly max: number | null;
  /** Of one worker in an hour; null: not known. */
  readonly workerHourNanos: number | null;
  /** A tick carries it out. */
  readonly auto: boolean;
}

/** Which tools an agent may call; a call outside is a safety event. */
export interface ToolRules {
  /** Null: any that is not denied. */
  readonly allow: readonly string[] | null;
  readonly deny: readonly string[];
}

/** How each action is enforced on an agent; null where the manifest binds none. */
export interface Controls {
  readonly throttle: Slot | null;
  readonly disable: Slot | null;
  /** In order: the first closes the door, those behind it cancel what is inside. */
  readonly kill: readonly Slot[];
  readonly rollback: { readonly prompt: Slot | null; readonly model: Slot | null; readonly deploy: Slot | null };
  readonly failover: Slot | null;
  readonly route_model: Slot | null;
  readonly scale: Slot | null;
  readonly queue: Slot | null;
  readonly sampling: Slot | null;
}

/** Where a control plane answers; its credentials are still references. */
export interface Connection {
  readonly name: string;
  readonly url: SecretRef;
  /** The credential that may only look. */
  readonly read: SecretRef | null;
  /** The credential that may act. */
  readonly write: SecretRef | null;
  readonly headers: Readonly<Record<string, SecretRef>>;
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

/** An OpenAI-compatible server of embeddings, as `judges:` names it. */
export interface EmbeddingsEndpoint {
  /** Ends in `/v1`. */
  readonly url: SecretRef;
  readonly model: string;
  readonly api_key?: SecretRef | undefined;
  readonly headers?: Readonly<Record<string, SecretRef>> | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
}

/** One entry of `judges:`. Exactly one of `endpoint`, `panel` and `embeddings` is there. */
export interface JudgeSettings {
  /** A model that judges. */
  readonly endpoint?: Slot | undefined;
  /** Names of such models, who decide by majority. */
  readonly panel?: readonly string[] | undefined;
  /** What `similar` compares by. */
  readonly embeddings?: EmbeddingsEndpoint | undefined;
  /** How often a model is asked for one grade. */
  readonly votes: number;
  /** Cohen's kappa that its calibration must be sure of; `none`: it decides without one. */
  readonly floor: number | 'none';
  /** The file of a calibration that was written with `--to`, absolute; null: the journal's counts. */
  readonly calibration: string | null;
}

/** The manifest after loading: checked, with defaults filled in, secrets still references. JSON-safe. */
export interface Fleet {
  readonly name: string;
  /** The manifest's path, absolute. */
  readonly path: string;
  /** The folder of what is kept on this machine, absolute: the journal where no database holds it, the cache and the snapshot. */
  readonly stateFolder: string;
  /** The URL of the PostgreSQL that holds the journal of a team; null: it is a file in the state folder. */
  readonly database: SecretRef | null;
  readonly defaults: { readonly timeoutMs: number; readonly windowMs: number };
  /** In the order of the manifest. */
  readonly agents: readonly Agent[];
  readonly backends: Readonly<Record<string, Slot>>;
  /** `io`: prompts and answers are kept, redacted and capped. */
  readonly capture: 'none' | 'io';
  readonly budget: Pick<Budget, 'perDayNanos' | 'perMonthNanos'>;
  readonly prices: Readonly<Record<string, Price>>;
  /** Who judges where words cannot, by name. */
  readonly judges: Readonly<Record<string, JudgeSettings>>;
  /** Control planes, by name. */
  readonly connections: Readonly<Record<string, Connection>>;
  /** Channels by which people are told, by name. */
  readonly notify: Readonly<Record<string, Slot>>;
  /** Pinged by scheduled work, so that somebody notices where it stops; its address is a secret. Null: nobody is. */
  readonly watchdog: { readonly url: SecretRef } | null;
  /** What the sections of rooms above were read as, by their names: each room knows the type of its own. */
  readonly sections: Readonly<Record<string, unknown>>;
  /** Files and folders of runbooks, absolute. */
  readonly runbooks: readonly string[];
}
