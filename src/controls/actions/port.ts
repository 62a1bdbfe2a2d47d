import type { Connection } from '../../fleet/agent.ts';
import type { Openers, Slot, World } from '../../fleet/slots.ts';
import type { Json } from '../../ground/json.ts';
import type { Journal } from '../../ground/store/port.ts';

export type { Connection } from '../../fleet/agent.ts';

/** What may be done to an agent; a driver declares which of them it enforces. */
export type Action =
  | 'throttle'
  | 'disable'
  | 'enable'
  | 'kill'
  | 'rollback_prompt'
  | 'rollback_model'
  | 'rollback_deploy'
  | 'route_model'
  | 'failover'
  | 'scale'
  | 'queue'
  | 'sampling'
  /** What a step of kind `http` or `exec` says itself. */
  | 'call';

/** Only what an action touches, canonical: the diff, the plan's hash and the undo are made of it. `null` is a value: not set. */
export type Touched = Readonly<Record<string, Json>>;

/**
 * What is wanted, in the words of the action. Empty: what the action says alone, for a throttle or a scale nothing.
 * throttle: `requests_per_minute` `tokens_per_minute` `max_parallel` `max_waiting` `budget_usd`, numbers or null, `budget_period`, how the target writes it · scale: `replicas` ·
 * rollback_prompt: `version` (default: the one before) · rollback_model, route_model: `model` · rollback_deploy: `revision` (default: the one before) ·
 * failover: `to`, a list of models · queue: `mode` and what the driver says · sampling: `share`, 0 to 1 · call: whatever its templates name.
 */
export interface Desired {
  readonly action: Action;
  readonly params: Touched;
  /** After how many ms it shall revert by itself, for a target that `expiresNatively`; others ignore it. Absent or null: never. */
  readonly ttlMs?: number | null;
}

/**
 * What a driver may touch. Nothing can act before its plan is approved: until then a driver is opened with `access: 'read'`, and
 * `credential` answers the read credential.
 */
export interface ControlWorld extends World {
  readonly access: 'read' | 'write';
  /** Throws a usage error where the manifest has no such connection. */
  connection(name: string): Connection;
  /**
   * The credential of a connection that suits `access`, revealed; null where the connection has none at all. Throws a usage error where
   * it has only the other one.
   */
  credential(connection: Connection): string | null;
  /** Throws a usage error where the manifest has no such trace backend. */
  backend(name: string): Slot;
  /** For what is enforced by our own settings. */
  journal(): Promise<Journal>;
  /** The manifest's folder, absolute: relative paths start there. */
  readonly folder: string;
  /** Empty where a step acts on no agent. */
  readonly agent: string;
  /** Who acts, for a peer that keeps a log of its own. */
  readonly actor: string;
}

export type ControlRegistry = Openers<ControlDriver, ControlWorld>;

/** The state of the target now. */
export interface Observed {
  /** False: the target itself is not there (404), which is a state and no error. */
  readonly exists: boolean;
  /** What is at stake, for people: `key support at gateway`. Untrusted. */
  readonly target: string;
  readonly touched: Touched;
  /** An etag or resource version, where the target has one. */
  readonly version: string | null;
  /** Who else would feel it: other agents or keys behind the same thing. Untrusted. */
  readonly sharedWith: readonly string[];
  /** What goes on though the action is done, in a sentence: `12 runs in flight`; null: nothing is known to. */
  readonly keepsRunning: string | null;
}

/** A planned change of touched fields only, so that live counters do not make it stale. JSON-safe: it is journaled as it stands. */
export interface Change {
  readonly action: Action;
  readonly target: string;
  readonly from: Touched;
  readonly to: Touched;
  /** The version the plan was made on; null: the target has none. */
  readonly version: string | null;
  readonly reversible: boolean;
  /** Why it cannot be undone, in a sentence; null where it can. */
  readonly lasting: string | null;
  /** The target itself ends it after the wished time, so that it cannot be made to last longer. Absent: it does not. */
  readonly endsItself?: true;
}

/**
 * What came of an attempt. `already`: nothing was left to do. `conflict`: someone else changed it meanwhile. `rejected`: the target said no.
 * `unsure`: it may or may not have happened (a broken connection after sending). `retry`: trying the same again may help.
 */
export interface Effect {
  readonly result: 'applied' | 'already' | 'conflict' | 'rejected' | 'unsure';
  readonly retry: boolean;
  /** Milliseconds the target asked to wait; null: it did not. */
  readonly retryAfterMs: number | null;
  /** One sentence with what was seen, untrusted and masked. */
  readonly evidence: string;
}

export interface Capabilities {
  readonly actions: readonly Action[];
  /** False: nothing can be read back, so that an attempt in doubt stops for a person. */
  readonly readable: boolean;
  /** Doing the same twice is the same as doing it once. */
  readonly idempotent: boolean;
  readonly stopsInFlight: boolean;
  /** Milliseconds until it takes effect everywhere, at worst. */
  readonly effectMs: number;
  /** The target itself ends it after a time that is given. */
  readonly expiresNatively: boolean;
}

/**
 * One way to enforce actions. A driver does one call an attempt: no retry, no cache, no log. `read` and `confirm` use the read credential,
 * `apply` and `undo` the write credential. Throws OpsError `unable` where it cannot see (network, 401, 5xx), never for what it saw.
 */
export interface ControlDriver {
  readonly traits: Capabilities;
  /** Pure: what a rehearsal in memory of this action begins with; a healthy target, for `enable` one that is disabled. */
  healthy(action: Action): Touched;
  read(action: Action, signal: AbortSignal): Promise<Observed>;
  /** Pure; null: it is so already. Throws OpsError `usage` where the wish makes no sense for this target. */
  plan(want: Desired, now: Observed): Change | null;
  /** @param key makes a repeat harmless where the target supports it */
  apply(change: Change, key: string, signal: AbortSignal): Promise<Effect>;
  /** By observed effect: reads back, and looks for what only the effect shows. */
  confirm(change: Change, signal: AbortSignal): Promise<'seen' | 'not-yet' | 'contradicted'>;
  /** Compare and restore: only where the target still is as `to`; else `conflict`. */
  undo(change: Change, key: string, signal: AbortSignal): Promise<Effect>;
  /**
   * Whether the target would let an action be done: asked without changing anything, of a driver that was opened to act. Left out where
   * that cannot be asked. Throws as `read` does.
   */
  mayAct?(action: Action, signal: AbortSignal): Promise<'yes' | 'no' | 'unknown'>;
}
