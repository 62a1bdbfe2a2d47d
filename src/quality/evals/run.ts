import type { Json } from '../../ground/json.ts';
import type { GateSettings } from './suite.ts';
import type { CaseTally } from './trial.ts';

export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'no-verdict';

/** `stopped`: by a person; `capped`: by the money cap; `broken`: by the circuit breaker. */
export type RunStatus = 'running' | 'done' | 'stopped' | 'capped' | 'broken';

/** What a run was asked for: enough to go on with it later, with the same cases in the same parts. */
export interface RunRequest {
  /** Absolute. */
  readonly suitePath: string;
  /** Which cases of the suite; JSON. */
  readonly filters: Readonly<Record<string, Json>>;
  /** Trials of each case; null: as the case or the suite says. */
  readonly repeats: number | null;
  /** Milliseconds for one turn; null: as the case, the suite, the endpoint or the defaults say. */
  readonly timeoutMs: number | null;
  /** Nano-dollars; null: no cap. */
  readonly maxCostNanos: number | null;
  /** What the order of the arms is drawn from. */
  readonly seed: number;
}

/** Where a baseline is to be found again. `against`: the other arm of the same run. */
export type BaselineOrigin =
  | { readonly kind: 'runs'; readonly runIds: readonly string[] }
  | { readonly kind: 'file'; readonly path: string; readonly digest: string }
  | { readonly kind: 'against' };

/** The figures a run is listed by. */
export interface RunHeadline {
  /** 0 to 1; null where nothing was judged. */
  readonly passRate: number | null;
  readonly cases: number;
  readonly trials: number;
  readonly errors: number;
  /** Nano-dollars, judges included, as far as they are known. */
  readonly costNanos: number;
  readonly tookMs: number;
}

/** One run of a suite against an agent. */
export interface EvalRun {
  readonly id: string;
  readonly suite: string;
  readonly agent: string;
  /** The other agent of an interleaved comparison; null: none. */
  readonly against: string | null;
  /** Hash of the case ids and hashes that were selected: what a resumed run and the shards of one run must share. */
  readonly selection: string;
  /** `1/1` for a whole run. Shards of one run share a name given by `--run`. */
  readonly shard: { readonly index: number; readonly of: number };
  readonly status: RunStatus;
  /** UTC epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** When it was accepted into the baseline, UTC epoch ms; null: not. */
  readonly acceptedAt: number | null;
  /** Release under test where it was told or is known from marks; null: unknown. */
  readonly release: string | null;
  readonly repeats: number;
  readonly gate: GateSettings;
  /** Null while it runs, and of a part of a run. */
  readonly verdict: Verdict | null;
  readonly request: RunRequest;
  /** What its verdict was held against; null: nothing, or not known yet. */
  readonly baseline: BaselineOrigin | null;
  /** Why it ended before its end, one sentence; empty where it did not. */
  readonly stoppedBecause: string;
  /** Null while it runs. */
  readonly headline: RunHeadline | null;
}

/** What the verdict is held against: accepted runs pooled by case, from the journal or from a committed file. */
export interface Baseline {
  /** Where it comes from, for people: `3 accepted runs, newest 2026-11-20`. */
  readonly source: string;
  readonly runs: number;
  readonly cases: readonly CaseTally[];
}
