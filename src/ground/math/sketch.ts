/**
 * A histogram with logarithmic bins: any quantile within 1 % of the value at that rank, merged and taken apart exactly.
 * Bin 0 holds values below 1; bin k ≥ 1 holds (γ^(k-2), γ^(k-1)]. The idea is DDSketch's (Masson, Rim, Lee 2019).
 */
export type Sketch = Map<number, number>;

/** The relative error of a quantile; a file of sketches is only readable with the same. */
export const sketchAlpha = 0.01;

const gamma = (1 + sketchAlpha) / (1 - sketchAlpha);
const logGamma = Math.log(gamma);
const zeroBin = 0;

const binOf = (value: number): number => (value < 1 ? zeroBin : 1 + Math.ceil(Math.log(value) / logGamma));
const middleOf = (bin: number): number => (bin === zeroBin ? 0 : (2 * gamma ** (bin - 1)) / (gamma + 1));

/** Counts one value; what is below 1 counts as 0. */
export const addTo = (sketch: Sketch, value: number): void => {
  const bin = binOf(value);
  sketch.set(bin, (sketch.get(bin) ?? 0) + 1);
};

/** Sorted (gap, count) pairs as LEB128 varints; equal sketches have equal bytes. Empty: no bytes. */
export const encodeSketch = (sketch: Sketch): Uint8Array => {
  const bytes: number[] = [];
  const put = (value: number) => {
    let rest = value;
    while (rest >= 0x80) {
      bytes.push((rest % 0x80) + 0x80);
      rest = Math.floor(rest / 0x80);
    }
    bytes.push(rest);
  };
  let last = 0;
  for (const bin of [...sketch.keys()].sort((a, b) => a - b)) {
    put(bin - last);
    put(sketch.get(bin) ?? 0);
    last = bin;
  }
  return Uint8Array.from(bytes);
};

/**
 * Reads one encoded sketch, or several with a zero byte between them: bins rise within a sketch, so that a step of nothing can only be its
 * end. Adds to `counts`, bin by bin, and calls `other` for bins beyond it. Returns the first and the last bin of `counts` that it added to.
 */
const decode = (bytes: Uint8Array, counts: Float64Array, other: (bin: number, count: number) => void): { first: number; last: number } => {
  const { length } = bytes;
  let at = 0;
  /** The rest of a number whose first byte is not its last. */
  const longer = (first: number): number => {
    let value = first - 0x80;
    for (let scale = 0x80; ; scale *= 0x80) {
      const byte = bytes[at++] ?? 0;
      value += (byte % 0x80) * scale;
      if (byte < 0x80) return value;
    }
  };
  let [first, last] = [counts.length, -1];
  let bin = -1;
  while (at < length) {
    let step = bytes[at++] ?? 0;
    if (step >= 0x80) step = longer(step);
    if (step === 0 && bin >= 0) {
      bin = -1;
      continue;
    }
    bin = bin < 0 ? step : bin + step;
    let count = bytes[at++] ?? 0;
    if (count >= 0x80) count = longer(count);
    if (bin < counts.length) {
      counts[bin] = (counts[bin] ?? 0) + count;
      if (bin < first) first = bin;
      if (bin > last) last = bin;
    } else other(bin, count);
  }
  return { first, last };
};

/** Adds a count to a bin; one that comes to nothing is dropped. */
const addCount = (sketch: Sketch, bin: number, count: number): void => {
  const sum = (sketch.get(bin) ?? 0) + count;
  if (sum === 0) sketch.delete(bin);
  else sketch.set(bin, sum);
};

const noCounts = new Float64Array(0);
/** From so many bytes on it is cheaper to add up counts side by side first: numbers up to 2^53 have fewer bins than that. */
const [manyBytes, usualBins] = [2000, 2048];
/** Where they are added up; empty between two calls. */
const sideBySide = new Float64Array(usualBins);

/** Adds every value that was encoded in `bytes`, be it one sketch or several with a zero byte between them. */
export const mergeInto = (into: Sketch, bytes: Uint8Array): void => {
  const counts = bytes.length < manyBytes ? noCounts : sideBySide;
  const { first, last } = decode(bytes, counts, (bin, count) => addCount(into, bin, count));
  for (let bin = first; bin <= last; bin++) {
    const count = counts[bin] ?? 0;
    if (count === 0) continue;
    addCount(into, bin, count);
    counts[bin] = 0;
  }
};

/** Takes away every value that was encoded in `bytes`: the exact inverse of `mergeInto`. */
export const subtractFrom = (from: Sketch, bytes: Uint8Array): void => {
  decode(bytes, noCounts, (bin, count) => addCount(from, bin, -count));
};

/** Quantiles (0 to 1) by linear interpolation between neighbouring ranks, as SQL's percentile_cont; null where nothing was counted. */
export const quantilesOf = (sketch: Sketch, wanted: readonly number[]): readonly (number | null)[] => {
  const bins = Float64Array.from(sketch.keys()).sort();
  /** How many values lie in each bin and those below it. */
  const upTo = new Float64Array(bins.length);
  let total = 0;
  for (let at = 0; at < bins.length; at++) {
    total += sketch.get(bins[at] ?? zeroBin) ?? 0;
    upTo[at] = total;
  }
  if (total === 0) return wanted.map(() => null);
  const valueAt = (rank: number): number => {
    let [low, high] = [0, bins.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rank < (upTo[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return middleOf(bins[low] ?? zeroBin);
  };
  return wanted.map((quantile) => {
    const rank = quantile * (total - 1);
    const below = Math.floor(rank);
    const low = valueAt(below);
    return rank === below ? low : low + (valueAt(below + 1) - low) * (rank - below);
  });
};

/** How many of the counted values are greater, as far as bins of 1 % can tell. */
export const countAbove = (sketch: Sketch, value: number): number => {
  const limit = binOf(value);
  let above = 0;
  for (const [bin, count] of sketch) if (bin > limit) above += count;
  return above;
};

/** How many values were encoded in `bytes`, and how many of them are greater, as `countAbove` has it. */
export const countEncoded = (bytes: Uint8Array, value: number): { readonly n: number; readonly above: number } => {
  const limit = binOf(value);
  let [n, above] = [0, 0];
  decode(bytes, noCounts, (bin, count) => {
    n += count;
    if (bin > limit) above += count;
  });
  return { n, above };
};

/** The sum of the squares of the values that were encoded in `bytes`, each within 2 %. */
export const squaresEncoded = (bytes: Uint8Array): number => {
  let sum = 0;
  decode(bytes, noCounts, (bin, count) => {
    sum += count * middleOf(bin) ** 2;
  });
  return sum;
};
