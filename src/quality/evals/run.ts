import type { GateSettings } from './suite.ts';
import type { CaseTally } from './trial.ts';

export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'no-verdict';

/** `stopped`: by a person; `capped`: by the money cap; `broken`: by the circuit breaker. */
export type RunStatus = 'running' | 'done' | 'stopped' | 'capped' | 'broken';

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
  /** Null while it runs. */
  readonly verdict: Verdict | null;
}

/** What the verdict is held against: accepted runs pooled by case, from the journal or from a committed file. */
export interface Baseline {
  /** Where it comes from, for people: `3 accepted runs, newest 2026-11-20`. */
  readonly source: string;
  readonly runs: number;
  readonly cases: readonly CaseTally[];
}
