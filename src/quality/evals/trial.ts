import type { Outcome } from '../../agents/protocols/port.ts';

/** `error`: it could not be asked or judged; it enters no rate. */
export type TrialStatus = 'pass' | 'fail' | 'error';

/** `against`: the other side of an interleaved comparison (`--against AGENT`). */
export type Arm = 'candidate' | 'against';

/** How one assertion went, in the words it was written in. */
export interface TrialAssertion {
  readonly assertion: string;
  /** Null: could not be judged, or there was nothing to judge by. */
  readonly pass: boolean | null;
  readonly score: number | null;
  /** Short, masked, untrusted. */
  readonly saw: string;
  readonly message: string;
  readonly metric: string | null;
  /** Shown, and does not decide: `message` says why. */
  readonly advisory?: boolean;
}

/** One answer to one case: one row of the journal. Trial `index` of a case is asked once in a run, whatever happens in between. */
export interface Trial {
  readonly runId: string;
  readonly caseId: string;
  readonly arm: Arm;
  /** From 0. */
  readonly index: number;
  readonly status: TrialStatus;
  /** Null where nothing was asked: a recorded answer. */
  readonly outcome: Outcome | null;
  /** One sentence: why it is not a pass. Empty for a pass. Masked, untrusted. */
  readonly reason: string;
  /** Weighted mean of the scores of its assertions, 0 to 1; null where none was judged. */
  readonly score: number | null;
  readonly latencyMs: number | null;
  readonly ttftMs: number | null;
  /** Nano-dollars of the agent; null: unknown. */
  readonly costNanos: number | null;
  /** Nano-dollars of the judges; null: unknown; 0: none was asked. */
  readonly judgeNanos: number | null;
  readonly traceId: string | null;
  /** UTC epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly assertions: readonly TrialAssertion[];
  /** What was asked and answered, redacted and capped; null unless `capture: io`. */
  readonly conversation: readonly { readonly input: string; readonly answer: string }[] | null;
}

/** What a run knows of a case when it has ended: all the statistics need. Errors are counted apart and enter no rate. */
export interface CaseTally {
  readonly caseId: string;
  readonly hash: string;
  readonly severity: 'critical' | 'normal' | 'info';
  readonly cluster: string | null;
  readonly passes: number;
  readonly fails: number;
  readonly errors: number;
  /** How many of them came of repeats that were added while the verdict was open; absent: none. What is accepted into a baseline leaves them out: they were asked because of what was answered before. */
  readonly added?: Outcomes;
}

/** Trials counted by what came of them. */
export interface Outcomes {
  readonly passes: number;
  readonly fails: number;
  readonly errors: number;
}
