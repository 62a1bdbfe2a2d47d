import type { Outcome } from '../../agents/protocols/port.ts';
import type { GateResult } from './gate.ts';
import type { RunStatus, Verdict } from './run.ts';
import type { Severity } from './suite.ts';
import type { TrialAssertion, TrialStatus } from './trial.ts';

/** One run as it is listed and headed. Times are UTC epoch ms. */
export interface RunFacts {
  readonly id: string;
  readonly suite: string;
  readonly agent: string;
  /** The other agent of an interleaved comparison; null: none. */
  readonly against: string | null;
  /** `1/1` for a whole run. */
  readonly shard: { readonly index: number; readonly of: number };
  readonly status: RunStatus;
  /** Why it ended before its end, one sentence; empty where it did not. Untrusted text may be in it. */
  readonly stoppedBecause: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly acceptedAt: number | null;
  readonly release: string | null;
  readonly repeats: number;
}

/** One trial that did not pass, for a person who wants to know why. */
export interface TrialExample {
  readonly index: number;
  readonly status: TrialStatus;
  readonly outcome: Outcome | null;
  /** One sentence. Masked, untrusted. */
  readonly reason: string;
  /** Those that did not pass: what was expected (`assertion`) and what was seen (`saw`). */
  readonly assertions: readonly TrialAssertion[];
  readonly traceId: string | null;
  readonly latencyMs: number | null;
  /** Null unless `capture: io`. */
  readonly conversation: readonly { readonly input: string; readonly answer: string }[] | null;
}

/** A case that did not always pass. */
export interface CaseDetail {
  readonly caseId: string;
  readonly severity: Severity;
  readonly trials: number;
  readonly passes: number;
  readonly errors: number;
  /** Its first failed trial; its first error where none failed. */
  readonly example: TrialExample;
}

/** What kept trials from being judged, most frequent first. */
export interface ErrorGroup {
  /** Null: it was answered and could not be judged. */
  readonly outcome: Outcome | null;
  readonly count: number;
  /** The sentence of one of them. Masked, untrusted. */
  readonly reason: string;
}

/** Nano-dollars. */
export interface EvalSpend {
  readonly agentNanos: number;
  readonly judgeNanos: number;
  /** Trials whose cost is not known and is in no sum. */
  readonly unpricedTrials: number;
  readonly capNanos: number | null;
}

/** The answer of `eval run`, `merge`, `compare` and `explain`. */
export interface EvalReport {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly run: RunFacts;
  /** What the run was held against, in words; null: nothing, so only the floor and critical cases gate. */
  readonly baseline: { readonly source: string; readonly runs: number } | null;
  /** Every case is in `gate.cases`, every regression in `gate.regressions`. */
  readonly gate: GateResult;
  /** Cases that did not always pass: regressions first, then critical, then the rest, in the order of the suite; capped for the reader's sake. */
  readonly details: readonly CaseDetail[];
  /** Cases that did not always pass and are not in `details`. */
  readonly detailsCut: number;
  readonly errors: readonly ErrorGroup[];
  readonly trials: {
    readonly total: number;
    readonly passes: number;
    readonly fails: number;
    readonly errors: number;
    readonly extra: number;
  };
  readonly spend: EvalSpend;
  /** Milliseconds from the first question to the verdict. */
  readonly tookMs: number;
  /** Whole sentences a reader must know beside the verdict: no baseline, advisory judges, a part of several. */
  readonly notes: readonly string[];
}

/** One line of `eval runs`. */
export interface RunRow extends RunFacts {
  readonly verdict: Verdict | null;
  /** 0 to 1; null where nothing was judged yet. */
  readonly passRate: number | null;
  readonly cases: number;
  readonly trials: number;
  readonly errors: number;
  readonly costNanos: number;
}

/** The answer of `eval runs`, newest first. */
export interface RunsReport {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly runs: readonly RunRow[];
}
