/** Two groups that were asked the same: how often each showed what is counted. Whole numbers; `hits ≤ of`. */
export interface Table {
  readonly hits: number;
  readonly of: number;
  readonly otherHits: number;
  readonly otherOf: number;
}

/** Chances of the whole numbers from `from` on. */
export interface Distribution {
  readonly from: number;
  readonly chances: Float64Array;
}

/**
 * Chances of consecutive whole numbers from the ratio of each to the one before it. Growing outwards from the most likely
 * one and dividing by the sum needs no factorials, so nothing overflows and the precision is that of the additions.
 */
export const fromRatios = (from: number, to: number, ratio: (at: number) => number): Distribution => {
  const chances = new Float64Array(to - from + 1);
  let mode = from;
  for (let [low, high] = [from, to]; low < high; mode = low) {
    const middle = Math.floor((low + high) / 2);
    if (ratio(middle + 1) > 1) low = middle + 1;
    else high = middle;
  }
  chances[mode - from] = 1;
  let sum = 1;
  for (let [at, chance] = [mode + 1, 1]; at <= to && chance > 0; at++) {
    chance *= ratio(at);
    chances[at - from] = chance;
    sum += chance;
  }
  for (let [at, chance] = [mode, 1]; at > from && chance > 0; at--) {
    chance /= ratio(at);
    chances[at - 1 - from] = chance;
    sum += chance;
  }
  for (let at = 0; at < chances.length; at++) chances[at] = (chances[at] ?? 0) / sum;
  return { from, chances };
};

/** How `hits` is distributed where both groups are alike, given both sizes and all the hits there were. */
export const hypergeometric = ({ hits, of, otherHits, otherOf }: Table): Distribution => {
  const all = hits + otherHits;
  const [from, to] = [Math.max(0, all - otherOf), Math.min(of, all)];
  return fromRatios(from, to, (at) => ((of - at + 1) * (all - at + 1)) / (at * (otherOf - all + at)));
};

/** How many of `n` independent trials succeed. */
export const binomial = (n: number, chance: number): Distribution => {
  if (chance <= 0) return { from: 0, chances: Float64Array.of(1) };
  if (chance >= 1) return { from: n, chances: Float64Array.of(1) };
  return fromRatios(0, n, (at) => ((n - at + 1) * chance) / (at * (1 - chance)));
};

/** The chance of `at` or more. */
export const chanceFrom = ({ from, chances }: Distribution, at: number): number => {
  let sum = 0;
  // From the far end: the small ones first, so that they are not lost beside the large.
  for (let index = chances.length - 1; index >= Math.max(0, at - from); index--) sum += chances[index] ?? 0;
  return Math.min(1, sum);
};

/** The chance of `at` or fewer. */
export const chanceTo = ({ from, chances }: Distribution, at: number): number => {
  let sum = 0;
  for (let index = 0; index < chances.length && index + from <= at; index++) sum += chances[index] ?? 0;
  return Math.min(1, sum);
};
