import { isComparing, isJudging } from '../../expect/judges/choice.ts';
import type { GivenScore } from './score-card.ts';

/** Why grading ended before its end. */
export interface Stop {
  readonly kind: 'capped' | 'judges-down' | 'stopped';
  /** One sentence; untrusted text may be in it. */
  readonly because: string;
}

/** What came of the requests to one agent under one standard; filled while it goes on. */
export interface TrafficTally {
  readonly agent: string;
  /** The backend. */
  readonly source: string;
  readonly standard: string;
  /** The window, epoch µs. */
  readonly fromUs: number;
  readonly toUs: number;
  /** The share that is drawn. */
  readonly rate: number;
  /** Traces to the agent in the window, and those of them that were drawn. */
  readonly requests: number;
  readonly drawn: number;
  graded: number;
  /** Graded by an earlier run. */
  gradedBefore: number;
  /** Could not be judged; tried again by a later run. */
  unjudged: number;
  /** Tried as often as it is tried. */
  givenUp: number;
  /** A run was killed while it graded them. */
  lost: number;
  /** Have not ended yet. */
  running: number;
  /** Ended with an error, and so without an answer to grade. */
  failed: number;
  /** Came before `capture: io`, or without their texts. */
  withoutText: number;
  /** Why the first one could not be judged; null: none. */
  trouble: string | null;
  /** By name: how many scores of this run, and their sum. */
  readonly scores: Map<string, { count: number; sum: number }>;
}

/** The answer of `eval online`. */
export interface TrafficReport {
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly rate: number;
  readonly capNanos: number | null;
  readonly asksJudges: boolean;
  readonly isRehearsal: boolean;
  readonly subjects: readonly TrafficTally[];
  readonly stop: Stop | null;
  /** Nano-dollars of judges: of this run, and of the present UTC day. */
  readonly spentNanos: number;
  readonly todayNanos: number;
}

/** A tally of a window before anything is graded. */
export const untouched = (
  about: Pick<TrafficTally, 'agent' | 'source' | 'standard' | 'fromUs' | 'toUs' | 'rate' | 'requests' | 'drawn'>,
): TrafficTally => ({
  ...about,
  graded: 0,
  gradedBefore: 0,
  unjudged: 0,
  givenUp: 0,
  lost: 0,
  running: 0,
  failed: 0,
  withoutText: 0,
  trouble: null,
  scores: new Map(),
});

/** Counts one graded answer. */
export const mergeTally = (tally: TrafficTally, scores: readonly GivenScore[]): void => {
  tally.graded += 1;
  for (const { name, value } of scores) {
    const { count, sum } = tally.scores.get(name) ?? { count: 0, sum: 0 };
    tally.scores.set(name, { count: count + 1, sum: sum + value });
  }
};

/** Whether any expectation asks a model, and so costs money. */
export const isAskingJudges = (expected: readonly { readonly base: string }[]): boolean =>
  expected.some(({ base }) => isJudging(base) || isComparing(base));
