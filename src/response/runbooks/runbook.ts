import type { At } from '../../fleet/slots.ts';
import type { Json } from '../../ground/json.ts';

/** What a runbook is for. `safety` contains first and never reverts by itself. */
export type RunbookClass = 'loop' | 'hallucination' | 'cost' | 'safety' | 'latency' | 'outage' | 'other';

export type StepKind =
  | 'throttle'
  | 'disable'
  | 'enable'
  | 'kill'
  | 'rollback'
  | 'route_model'
  | 'failover'
  | 'scale'
  | 'queue'
  | 'sampling'
  | 'check'
  | 'eval'
  | 'query'
  | 'http'
  | 'exec'
  | 'notify'
  | 'approve'
  | 'wait'
  | 'manual'
  | 'use';

export interface Param {
  readonly name: string;
  readonly type: 'agent' | 'text' | 'number' | 'duration' | 'money' | 'share' | 'choice' | 'flag';
  readonly description: string;
  /** What it is where nothing is given; null: there is no such value. */
  readonly fallback: Json;
  /** The optional parameters, by name, beside which the fallback is not taken. */
  readonly unless: readonly string[];
  /** It may be left out though it has no fallback. */
  readonly optional: boolean;
  /** Of a choice. */
  readonly choices: readonly string[];
  readonly min: number | null;
  readonly max: number | null;
}

/** How it is seen that a step did what it was for; three-valued. Exactly one of check, eval and expression. */
export interface Verification {
  /** A check of the agent, by id; `*`: all of them. */
  readonly check: string | null;
  /** A suite, by path. */
  readonly eval: string | null;
  /** CEL over the figures of a window. */
  readonly expression: string | null;
  /** Milliseconds over which it must hold, from when the effect was seen. */
  readonly windowMs: number;
  /** Milliseconds until it is inconclusive. */
  readonly deadlineMs: number;
}

export interface Step {
  readonly id: string;
  readonly kind: StepKind;
  /** The agent it acts on; may hold `{{ params.x }}`. Null: none. */
  readonly target: string | null;
  /** CEL; null: always. Missing data is inconclusive, never false. */
  readonly when: string | null;
  /** The rest of what the kind takes, checked by its schema; texts may hold `{{ params.x }}`, each filling one argument. */
  readonly args: Readonly<Record<string, Json>>;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly onFail: 'undo' | 'stop' | 'continue';
  /** Milliseconds; null: it stays until a person reverts it, or for as long as `ttlParam` says. */
  readonly ttlMs: number | null;
  /** The parameter that says how long it stays; null in a plan, where `ttlMs` holds it. */
  readonly ttlParam: string | null;
  readonly onExpiry: 'revert' | 'page';
  readonly verify: Verification | null;
  readonly approval: 'none' | 'one' | 'two';
  /** Said out loud where a step cannot be undone. */
  readonly irreversible: boolean;
  /** What it sets is the new normal: no mitigation that somebody has to end. Absent: it is one. */
  readonly isNormal?: true;
  /** `keep`: what it did stays though a later step fails. */
  readonly undo: 'restore' | 'keep';
  /** The `use` steps it came in by, outermost first; empty for a runbook's own. */
  readonly uses: readonly Use[];
  readonly at: At;
}

/** A runbook inside another: what it calls by its parameters is bound to what stands outside. */
export interface Use {
  readonly runbook: string;
  /** The inner runbook's parameters; texts may hold the outer ones as `{{ params.x }}`. */
  readonly with: Readonly<Record<string, Json>>;
  /** CEL over the outer parameters; null: always. */
  readonly when: string | null;
}

export interface Guardrails {
  readonly runsPerHour: number | null;
  readonly maxTargets: number | null;
  readonly mitigationsPerAgent: number | null;
  readonly environments: readonly string[] | null;
  readonly cooldownMs: number;
  readonly reversibleOnly: boolean;
}

export interface Trigger {
  /** An alert rule, by name, or one stage of it as `budget-day/80%`; `*` matches within one. */
  readonly alert: string;
  readonly mode: 'suggest' | 'approve' | 'auto';
}

/** A runbook says what is to be done; the manifest's controls say how. Durations are milliseconds. JSON-safe. */
export interface Runbook {
  readonly name: string;
  readonly version: number;
  readonly class: RunbookClass;
  readonly owner: string | null;
  readonly description: string;
  /** The file it was read from, absolute. */
  readonly path: string;
  /** sha256 of its text: a plan is bound to it. */
  readonly hash: string;
  readonly params: readonly Param[];
  readonly triggers: readonly Trigger[];
  readonly guardrails: Guardrails;
  /** The lease it holds while it runs; may hold `{{ params.x }}`. Default: one for each agent it acts on. */
  readonly lock: string | null;
  /** CEL, all of which must be true before anything is planned. */
  readonly require: readonly string[];
  readonly steps: readonly Step[];
  /** Run whatever happened, without undo. */
  readonly finally: readonly Step[];
  readonly at: At;
}
