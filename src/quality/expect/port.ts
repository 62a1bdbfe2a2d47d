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
  /** Why it is shown and does not decide; absent: it decides. */
  readonly advisory?: string;
  /** What it took where a model was asked. */
  readonly judging?: Judging;
  /** True where no model that was asked gave any verdict: the trouble is theirs. Absent: one did, or none was asked. */
  readonly unheard?: true;
}

/** What an author may set beside the value. */
export interface Settings {
  readonly threshold: number | null;
  /** What an unknown cost or token count means: skip and say so, or fail. */
  readonly ifUnknown: 'skip' | 'fail';
  /** The entry of `judges:` that is asked; null: the one that stands for all. Only for what a model judges. */
  readonly judge: string | null;
}

/** What was said to an agent and what it answered: one exchange of a conversation. */
export interface Exchange {
  /** Null: not known, as with answers of which only the text was kept. */
  readonly input: string | null;
  readonly answer: string;
}

/** What a judge is asked: a criterion, and the conversation whose last answer is held against it. */
export interface JudgeQuestion {
  /** `rubric`: does the answer meet the criterion? `factuality`: how do the facts of the answer lie to those of the criterion? */
  readonly form: 'rubric' | 'factuality';
  readonly criterion: string;
  /** Never empty. Untrusted; masked before it is sent. */
  readonly exchanges: readonly Exchange[];
}

/** How the facts of an answer lie to those of a reference: promptfoo's A to E. */
export type Relation = 'subset' | 'superset' | 'agree' | 'disagree' | 'differButFactual';

export type JudgeReply =
  | { readonly form: 'rubric'; readonly pass: boolean; readonly score: number; readonly reason: string }
  | { readonly form: 'factuality'; readonly relation: Relation; readonly reason: string };

/** What one seat of a panel said, or why it said nothing that counts. */
export type SeatAnswer =
  | { readonly judge: string; readonly reply: JudgeReply; readonly trouble: null }
  | { readonly judge: string; readonly reply: null; readonly trouble: string };

/** What a judgement took. All zero where it was remembered. */
export interface Judging {
  /** Requests that were sent. */
  readonly asked: number;
  /** Nano-dollars; null: unknown. */
  readonly costNanos: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What a judge, or a panel of them, answered. */
export interface Hearing {
  /** One for each vote that was wanted. */
  readonly seats: readonly SeatAnswer[];
  /** Why the grade is shown and does not decide; null: it decides. */
  readonly advisory: string | null;
  readonly judging: Judging;
}

/** Judges by a model. Never throws for what the model or the network did. */
export interface Judge {
  /** @param name the entry of `judges:`; null: the one that stands for all */
  hear(question: JudgeQuestion, name: string | null): Promise<Hearing>;
}

/** How near texts lie to each other by an embedding, or why that is not known. */
export interface Likeness {
  /** Cosine similarity to each reference, −1 to 1. */
  readonly similarities: readonly number[] | null;
  readonly trouble: string | null;
  readonly judging: Judging;
}

/** Compares texts by their embeddings. Never throws for what the network did. */
export interface Embedder {
  compare(text: string, references: readonly string[], name: string | null): Promise<Likeness>;
}

/** What some assertions need from above. */
export interface Aids {
  readonly sandbox?: Sandbox;
  readonly judge?: Judge;
  readonly embedder?: Embedder;
  /** What was said to the agent, one for each turn it answered. */
  readonly inputs?: readonly string[];
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
