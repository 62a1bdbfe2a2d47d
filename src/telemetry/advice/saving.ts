/** Ways to spend less, in the order in which they are applied to what is left, but for the last two: those are not combined. */
export const strategies = ['response-cache', 'routing', 'prompt-cache', 'batching', 'distillation', 'budget'] as const;
export type Strategy = (typeof strategies)[number];

/** Dollars per 30 days; `low` may be negative: then the change may cost more than it saves. */
export interface Saving {
  readonly low: number;
  readonly mid: number;
  readonly high: number;
}

/**
 * How a figure came about: counted on the agent's own requests at known prices; reckoned from them by a published discount or rule; or
 * resting on what nobody has tried yet.
 */
export type Grade = 'measured' | 'modelled' | 'speculative';

/** A value that a figure rests on and that the requests do not tell, with the range it may lie in. */
export interface Assumption {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** One way to spend less on one agent's task, with what it rests on. Texts are ours, but for names that they quote. */
export interface Finding {
  readonly strategy: Strategy;
  readonly agent: string;
  /** Null: all tasks of the agent, or requests that name none. */
  readonly task: string | null;
  readonly saving: Saving;
  readonly grade: Grade;
  /** Share of the agent's cost of which enough is known to judge, 0 to 1. */
  readonly coverage: number;
  readonly assumptions: readonly Assumption[];
  /** What it may spoil, a sentence each. */
  readonly harm: readonly string[];
  /** Traces to look at. */
  readonly exemplars: readonly string[];
  /** What to do: a piece of the manifest (YAML) or of the agent's configuration, and the commands to type. */
  readonly next: { readonly manifest: string | null; readonly commands: readonly string[] };
}
