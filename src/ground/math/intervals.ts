/** A range that holds the true value with the confidence it was asked for. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The normal quantile of a two-sided 95 % interval. */
export const z95 = 1.959964;
/** Above this many values a mean is normal enough, and resampling them would only cost time. */
const enoughForNormal = 2000;
const resamples = 1000;

/** Wilson's score interval of a share, 0 to 1; null of nothing. One-sided tests read one of its ends at their own z. */
export const wilsonInterval = (hits: number, n: number, z = z95): Interval | null => {
  if (n <= 0) return null;
  const share = hits / n;
  const spread = 1 + (z * z) / n;
  const middle = (share + (z * z) / (2 * n)) / spread;
  const half = (z / spread) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  // At the ends they are equal but for rounding, and nearly all must not be told from all.
  return { low: hits <= 0 ? 0 : Math.max(0, middle - half), high: hits >= n ? 1 : Math.min(1, middle + half) };
};

/** The interval of the difference of two shares, b − a (Newcombe 1998, method 10); null where one is of nothing. */
export const shareDifference = (hitsA: number, a: number, hitsB: number, b: number, z = z95): Interval | null => {
  const [ofA, ofB] = [wilsonInterval(hitsA, a, z), wilsonInterval(hitsB, b, z)];
  if (ofA === null || ofB === null) return null;
  const [shareA, shareB] = [hitsA / a, hitsB / b];
  const difference = shareB - shareA;
  return {
    low: difference - Math.hypot(shareB - ofB.low, ofA.high - shareA),
    high: difference + Math.hypot(ofB.high - shareB, shareA - ofA.low),
  };
};

/** The ranks (0 to 1) between which the quantile of the population lies, of `n` values: free of any assumption on their distribution. */
export const quantileRanks = (quantile: number, n: number, z = z95): Interval | null => {
  if (n <= 0) return null;
  const half = z * Math.sqrt((quantile * (1 - quantile)) / n);
  return { low: Math.max(0, quantile - half), high: Math.min(1, quantile + half) };
};

const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] ?? 0;
  return sum / values.length;
};

const resampledMean = (values: ArrayLike<number>, random: () => number): number => {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[Math.floor(random() * values.length)] ?? 0;
  return sum / values.length;
};

/** The standard error of a mean, by which a mean of many values is drawn at once. */
const errorOf = (values: ArrayLike<number>, mean: number): number => {
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += ((values[at] ?? 0) - mean) ** 2;
  return Math.sqrt(squares / (values.length - 1) / values.length);
};

/** Draws means as they would come out of further samples: by resampling, or from the normal distribution they then follow. */
const meanDrawer = (values: ArrayLike<number>, random: () => number): (() => number) => {
  if (values.length <= enoughForNormal) return () => resampledMean(values, random);
  const mean = meanOf(values);
  const error = errorOf(values, mean);
  // Box and Muller; 1 − random is never 0.
  return () => mean + error * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
};

/** The 95 % interval of the ratio of two means, b ÷ a, by the bootstrap; null where a side has fewer than two values or no mean to divide by. */
export const meanRatio = (a: ArrayLike<number>, b: ArrayLike<number>, random: () => number): Interval | null => {
  if (a.length < 2 || b.length < 2 || meanOf(a) <= 0) return null;
  const [drawA, drawB] = [meanDrawer(a, random), meanDrawer(b, random)];
  return middleOf(() => drawB() / Math.max(Number.MIN_VALUE, drawA()));
};

/** The 95 % interval of the difference of two means, b − a, by the bootstrap; null where a side has fewer than two values. */
export const meanDifference = (a: ArrayLike<number>, b: ArrayLike<number>, random: () => number): Interval | null => {
  if (a.length < 2 || b.length < 2) return null;
  const [drawA, drawB] = [meanDrawer(a, random), meanDrawer(b, random)];
  return middleOf(() => drawB() - drawA());
};

/** The middle 95 % of a thousand values that are drawn. */
export const middleOf = (draw: () => number): Interval => {
  const drawn = Float64Array.from({ length: resamples }, draw).sort();
  const at = (share: number): number => drawn[Math.round(share * (resamples - 1))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
};
