/** The middle value; of an even number of them, the mean of the middle two. Null of nothing. */
export const median = (values: readonly number[]): number | null => {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
};

/** Makes the median absolute deviation an estimate of the standard deviation where values are normal (1 / Φ⁻¹(3/4)). */
const normalConsistency = 1.4826;

/** The spread of values as a standard deviation, by their median absolute deviation: a single odd day does not widen it. Null of nothing. */
export const robustSpread = (values: readonly number[]): number | null => {
  const middle = median(values);
  if (middle === null) return null;
  const deviation = median(values.map((value) => Math.abs(value - middle)));
  return deviation === null ? null : normalConsistency * deviation;
};
