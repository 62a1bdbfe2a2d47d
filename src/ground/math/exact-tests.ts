import { binomial, chanceFrom, chanceTo, type Distribution, hypergeometric, type Table } from './hypergeometric.ts';
import { normalTail } from './normal.ts';

/** Two outcomes are as likely as each other when they differ by less than rounding: what R and scipy allow for as well. */
const asLikely = 1 + 1e-7;

/** Multiplications that an exact convolution may cost (some tenths of a second): about 2,900 tables of which 4 values are possible. */
export const exactWork = 50_000_000;

/** Fisher's exact test, one-sided: the chance of at least so many hits in the first group where both are alike. */
export const fisherGreater = (table: Table): number => (table.hits === 0 ? 1 : chanceFrom(hypergeometric(table), table.hits));

/** Fisher's exact test, one-sided: the chance of at most so many hits in the first group where both are alike. */
export const fisherLess = (table: Table): number => chanceTo(hypergeometric(table), table.hits);

/** The chance of anything no more likely than what was seen. */
const asExtreme = ({ from, chances }: Distribution, seen: number): number => {
  const bound = (chances[seen - from] ?? 0) * asLikely;
  return Math.min(
    1,
    chances.reduce((sum, chance) => (chance <= bound ? sum + chance : sum), 0),
  );
};

/** Fisher's exact test, two-sided: the chance of any table with these margins that is no more likely than this one. */
export const fisherTwoSided = (table: Table): number => asExtreme(hypergeometric(table), table.hits);

/** The exact binomial test, one-sided: the chance of at least `hits` of `n` where each has this chance. */
export const binomialGreater = (hits: number, n: number, chance: number): number => chanceFrom(binomial(n, chance), hits);

/** The exact binomial test, one-sided: the chance of at most `hits` of `n` where each has this chance. */
export const binomialLess = (hits: number, n: number, chance: number): number => chanceTo(binomial(n, chance), hits);

/** The exact binomial test, two-sided: the chance of any count no more likely than this one. */
export const binomialTwoSided = (hits: number, n: number, chance: number): number => asExtreme(binomial(n, chance), hits);

/** What the Cochran–Mantel–Haenszel test came to: hits of the first group over all tables, against what would come of two groups that are alike. */
export interface Stratified {
  readonly p: number;
  /** As `p`, with only half the chance of exactly what was seen: closer to alpha on average, but no bound on it. */
  readonly midP: number;
  readonly hits: number;
  readonly expected: number;
  readonly variance: number;
  /** False: by the normal approximation, as the tables are too many for `exactWork`. */
  readonly exact: boolean;
}

/** Of one table: what the first group would have, and how much that varies (hypergeometric). */
export const momentsOf = ({ hits, of, otherHits, otherOf }: Table): { readonly expected: number; readonly variance: number } => {
  const [n, all] = [of + otherOf, hits + otherHits];
  if (n < 2) return { expected: n === 0 ? 0 : (all * of) / n, variance: 0 };
  return { expected: (all * of) / n, variance: (of * otherOf * all * (n - all)) / (n * n * (n - 1)) };
};

const convolved = (a: Float64Array, b: Float64Array): Float64Array => {
  const sum = new Float64Array(a.length + b.length - 1);
  for (let at = 0; at < a.length; at++) {
    const chance = a[at] ?? 0;
    for (let other = 0; other < b.length; other++) sum[at + other] = (sum[at + other] ?? 0) + chance * (b[other] ?? 0);
  }
  return sum;
};

/** Adds pairs, then pairs of pairs: the same multiplications as one after the other, without a long array copied for every table. */
const convolution = (parts: readonly Float64Array[]): Float64Array => {
  let left = parts;
  while (left.length > 1) {
    const paired: Float64Array[] = [];
    for (let at = 0; at < left.length; at += 2) {
      const [first, second] = [left[at], left[at + 1]];
      if (first !== undefined) paired.push(second === undefined ? first : convolved(first, second));
    }
    left = paired;
  }
  return left[0] ?? Float64Array.of(1);
};

/**
 * The stratified exact test of Cochran, Mantel and Haenszel, one-sided: the chance of at least so many hits in the first groups where in
 * every table both groups are alike, given all margins (Agresti, Categorical Data Analysis, 6.3.5; R: `mantelhaen.test(exact = TRUE)`).
 * The p-value is the whole tail, not the mid-p: a gate promises a bound on false alarms, and only the whole tail keeps it for every suite. The mid-p
 * was nearer to alpha in simulation and not above it (`npm run bench -- gate` shows both), but what is to be found is found without it.
 * Past `exactWork` it is the normal approximation with continuity correction.
 */
export const cmhGreater = (tables: readonly Table[]): Stratified => {
  let [hits, expected, variance, spread] = [0, 0, 0, 0];
  const informative: Table[] = [];
  for (const table of tables) {
    const moments = momentsOf(table);
    hits += table.hits;
    expected += moments.expected;
    variance += moments.variance;
    if (moments.variance === 0) continue;
    const all = table.hits + table.otherHits;
    spread += Math.min(table.of, all) - Math.max(0, all - table.otherOf);
    informative.push(table);
  }
  if (informative.length === 0) return { p: 1, midP: 0.5, hits, expected, variance, exact: true };
  if ((spread * spread) / 2 > exactWork) {
    const tailFrom = (at: number): number => normalTail((at - expected) / Math.sqrt(variance));
    return { p: tailFrom(hits - 0.5), midP: tailFrom(hits), hits, expected, variance, exact: false };
  }
  const parts = informative.map(hypergeometric);
  const from = parts.reduce((sum, part) => sum + part.from, 0);
  const seen = informative.reduce((sum, table) => sum + table.hits, 0);
  const sum = { from, chances: convolution(parts.map(({ chances }) => chances)) };
  const [p, above] = [chanceFrom(sum, seen), chanceFrom(sum, seen + 1)];
  return { p, midP: (p + above) / 2, hits, expected, variance, exact: true };
};

/** Holm's step-down adjustment: each p-value as it counts among all of them, in the order given. At or below alpha: a finding, with a family-wise error of alpha. */
export const holm = (pValues: readonly number[]): number[] => {
  const order = pValues.map((_, at) => at).sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  for (const [rank, at] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[at] ?? 1)));
    adjusted[at] = largest;
  }
  return adjusted;
};
