import type { Call } from './call.ts';
import type { Assumption } from './saving.ts';

/** Graded requests that each of two models must have before their grades decide. */
const enoughGraded = 50;
/** Which requests a model is given is seldom chance: its answers elsewhere may be that much longer or shorter. */
const leastDoubt = 0.05;
const [oneSided95, twoSided95] = [1.645, 1.96];

/** Two models on the same task. */
export interface Comparison {
  /** Answers of the second against those of the first. */
  readonly verbosity: Assumption;
  /** Requests that the first must do again, for what the second is worse. */
  readonly repeats: Assumption;
  /** How far the mean grade of the second lies below that of the first, 95 %. */
  readonly gap: { readonly low: number; readonly high: number };
  readonly fromGraded: number;
  readonly toGraded: number;
}

/** Holds two models against each other by the requests that only one of them answered; null where either has too few that were graded. */
export const compareModels = (calls: readonly Call[], from: number, to: number): Comparison | null => {
  const models = new Map<string, number>();
  for (const { trace, run, model } of calls) {
    const place = `${trace} ${run}`;
    const known = models.get(place);
    models.set(place, known === undefined || known === model ? model : mixed);
  }
  const grades = new Map<number, Map<string, number>>([
    [from, new Map()],
    [to, new Map()],
  ]);
  const lengths = new Map<number, number[]>([
    [from, []],
    [to, []],
  ]);
  for (const { trace, run, model, quality, output, isError } of calls) {
    if (!isError) lengths.get(model)?.push(output);
    const place = `${trace} ${run}`;
    if (quality !== null && models.get(place) === model) grades.get(model)?.set(place, quality);
  }
  const [a, b] = [from, to].map((model) => momentsOf([...(grades.get(model)?.values() ?? [])]));
  if (a === undefined || b === undefined || a.n < enoughGraded || b.n < enoughGraded) return null;
  const gap = a.mean - b.mean;
  const error = Math.hypot(a.error, b.error);
  return {
    verbosity: ratioOf(momentsOf(lengths.get(from) ?? []), momentsOf(lengths.get(to) ?? [])),
    repeats: {
      name: 'requests that the dear model must do again',
      value: within(gap),
      low: within(gap - oneSided95 * error),
      high: within(gap + oneSided95 * error),
    },
    gap: { low: gap - twoSided95 * error, high: gap + twoSided95 * error },
    fromGraded: a.n,
    toGraded: b.n,
  };
};

const mixed = -1;
const within = (share: number): number => Math.min(1, Math.max(0, share));

interface Moments {
  readonly n: number;
  readonly mean: number;
  /** Of the mean. */
  readonly error: number;
}

const momentsOf = (values: readonly number[]): Moments => {
  const n = values.length;
  const mean = n === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, error: n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n) };
};

/** The ratio of two means by the delta method. */
const ratioOf = (a: Moments, b: Moments): Assumption => {
  const value = a.mean > 0 && b.mean > 0 ? b.mean / a.mean : 1;
  const relative = a.mean > 0 && b.mean > 0 ? Math.hypot(a.error / a.mean, b.error / b.mean) : 0;
  const doubt = Math.max(leastDoubt, oneSided95 * relative);
  return { name: 'length of its answers', value, low: value * (1 - doubt), high: value * (1 + doubt) };
};
