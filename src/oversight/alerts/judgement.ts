/** What a condition made of the figures of one agent at one moment: enough to explain the decision to a person, and to make it again. */
export interface Judgement {
  /** See `Observation`. */
  readonly said: 'breach' | 'between' | 'clear' | 'unknown';
  /** What was measured, in `unit`; null: nothing could be. */
  readonly value: number | null;
  readonly threshold: number | null;
  /** What is usual; null: the rule knows no usual. */
  readonly baseline: number | null;
  readonly unit: Unit;
  /** Requests or events that it rests on. */
  readonly n: number;
  /** One sentence with the figures that decided. */
  readonly reason: string;
  /** Every figure of the decision by name, for `alerts explain`. */
  readonly numbers: Readonly<Record<string, number | null>>;
}

/** `share` is 0 to 1; `ratio` a multiple of what is usual; money is nano-dollars. */
export type Unit = 'share' | 'ratio' | 'nanos' | 'ms' | 'steps' | 'tokens' | 'score' | 'count';
