import type { RunStatus } from '../runbooks/run.ts';

/** A runbook that an alert called for and that was to start by itself or wait for approval, or one that was started so and was killed. */
export interface CalledRun {
  readonly rule: string;
  readonly agent: string | null;
  readonly runbook: string;
  /** `held`: it did not begin, and `why` says what keeps it. `waiting`, with a run: a person is to approve it, or a step of it. */
  readonly status: RunStatus | 'held';
  /** Null: it did not begin. */
  readonly run: string | null;
  /** Untrusted. */
  readonly why: string;
  /** What to type; null: there is nothing to do. */
  readonly next: string | null;
}

/** What called, and for what. */
export type Called = Pick<CalledRun, 'rule' | 'agent' | 'runbook'>;
