import type { ZodType } from 'zod';
import type { Turn } from '../../agents/protocols/port.ts';
import type { Sandbox } from '../../ground/runtime/context.ts';

/** `error`: it could not be judged (no judge, broken code); never counted as a fail. `skipped`: nothing to judge by (unknown cost). */
export type Verdict = 'pass' | 'fail' | 'error' | 'skipped';

export interface Grade {
  readonly verdict: Verdict;
  /** 0 to 1. */
  readonly score: number;
  /** What it looked at, for a person: short, untrusted. */
  readonly saw: string;
  /** One sentence: what was expected and what was found. */
  readonly message: string;
}

/** What an author may set beside the value. */
export interface Settings {
  readonly threshold: number | null;
  /** What an unknown cost or token count means: skip and say so, or fail. */
  readonly ifUnknown: 'skip' | 'fail';
}

/** What some assertions need from above. */
export interface Aids {
  readonly sandbox?: Sandbox;
  /** The variables of the case, for code (`context.vars`). */
  readonly vars?: Readonly<Record<string, unknown>>;
}

export interface Assertion<Args> {
  readonly type: string;
  /** One sentence for `explain` and the JSON Schema. */
  readonly summary: string;
  /** Of the `value` alone: `contains: x` has `x` here. */
  readonly args: ZodType<Args>;
  /** `none`: takes no value. `threshold`: promptfoo writes the value as `threshold` (latency, cost). Default: a value is required. */
  readonly value?: 'none' | 'optional' | 'threshold';
  readonly needs: readonly (keyof Aids)[];
  /** `seen`: the turns so far, the last one being the one that is judged; never empty. */
  grade(args: Args, seen: readonly Turn[], aids: Aids, settings: Settings): Grade | Promise<Grade>;
  /** The grade of the `not-` form where that is more than the opposite; null where it is the opposite after all. */
  refute?(args: Args, seen: readonly Turn[]): Grade | null;
}

// biome-ignore lint/suspicious/noExplicitAny: a family holds assertions whose arguments differ
export type AnyAssertion = Assertion<any>;
export type Family = Readonly<Record<string, AnyAssertion>>;

/** One expectation of a manifest or suite, checked and ready to be graded. */
export interface Expectation extends Settings {
  /** As written, `not-` included: the name it is reported under. */
  readonly type: string;
  readonly base: string;
  readonly negated: boolean;
  /** As an author would say it in one line: `contains: 30 days`. */
  readonly wording: string;
  readonly args: unknown;
  readonly weight: number;
  readonly metric: string | null;
}
