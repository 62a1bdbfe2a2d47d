import type { CostOrigin, Outcome } from '../../agents/protocols/port.ts';

export type CheckStatus = 'pass' | 'degraded' | 'fail' | 'error' | 'skipped';

/** How one assertion went, in the words it was written in. */
export interface AssertionResult {
  readonly assertion: string;
  /** Null: could not be judged, or there was nothing to judge by. */
  readonly pass: boolean | null;
  readonly score: number | null;
  /** Untrusted and masked. */
  readonly saw: string;
  readonly message: string;
  /** Present where it decided nothing, whatever `pass` says. */
  readonly informative?: true;
}

/** One finished check: one row of the history. */
export interface CheckResult {
  readonly id: string;
  readonly agent: string;
  readonly check: string;
  /** The scheduled slot this run filled, UTC epoch ms; null for a run that a person or CI asked for. */
  readonly slotAt: number | null;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly status: CheckStatus;
  /** Null where no turn was made: a heartbeat, a skipped check. */
  readonly outcome: Outcome | null;
  readonly cause: string | null;
  /** One sentence: why it is not a plain pass. Empty for a pass. Untrusted and masked. */
  readonly reason: string;
  readonly attempts: number;
  readonly latencyMs: number | null;
  readonly ttftMs: number | null;
  readonly costNanos: number | null;
  /** Of the judges; 0: none was asked, null: their price is not known. */
  readonly judgeNanos: number | null;
  /** Null where the cost is unknown, or was stored before its source was. */
  readonly costSource: CostOrigin | null;
  readonly traceId: string | null;
  readonly assertions: readonly AssertionResult[];
  /** A failure is a safety event. */
  readonly safety: boolean;
  readonly inMaintenance: boolean;
  /** Hash per facet of the card and the model that answered; what drift is seen by. Null where nothing was told. */
  readonly fingerprint: Readonly<Record<string, string>> | null;
  /** The facets that differ from the last fingerprint; empty where none does. */
  readonly drift: readonly string[];
}

/** What of a result tells how its check stands, and what it cost: all that is read of the results before the last. */
export type PastResult = Pick<
  CheckResult,
  'id' | 'agent' | 'check' | 'slotAt' | 'endedAt' | 'status' | 'outcome' | 'costNanos' | 'inMaintenance'
>;

/** When a check failed, UTC epoch ms, and its reason. */
export interface Failure {
  readonly at: number;
  readonly reason: string;
  /** False where the agent could not be reached or broke off with an error: what another's outage can be the cause of. */
  readonly answered: boolean;
}

const unanswered: readonly Outcome[] = [
  'unreachable',
  'timeout',
  'agent_error',
  'malformed',
  'rate_limited',
  'unauthorized',
  'checker_error',
];

/** Whether an agent said something by which a check of this outcome could be failed. */
export const isAnswered = (outcome: Outcome | null): boolean => outcome === null || !unanswered.includes(outcome);

/** The id of one run of a check; `runId` is random, so that no two processes make the same one. */
export const resultId = (runId: string, agent: string, check: string): string => `${runId}:${agent}/${check}`;
