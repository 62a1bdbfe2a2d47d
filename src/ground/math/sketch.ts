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

/** Adds what `bytes` hold to a sketch, `times` (1 or -1) over. Bins that come to nothing are dropped. */
const fold = (into: Sketch, bytes: Uint8Array, times: 1 | -1): void => {
  let at = 0;
  const next = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value += (byte % 0x80) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  };
  let bin = 0;
  while (at < bytes.length) {
    bin += next();
    const count = (into.get(bin) ?? 0) + times * next();
    if (count === 0) into.delete(bin);
    else into.set(bin, count);
  }
};

/** Adds every value that was encoded in `bytes`. */
export const mergeInto = (into: Sketch, bytes: Uint8Array): void => fold(into, bytes, 1);

/** Takes away every value that was encoded in `bytes`: the exact inverse of `mergeInto`. */
export const subtractFrom = (from: Sketch, bytes: Uint8Array): void => fold(from, bytes, -1);

/** Quantiles (0 to 1) by linear interpolation between neighbouring ranks, as SQL's percentile_cont; null where nothing was counted. */
export const quantilesOf = (sketch: Sketch, wanted: readonly number[]): readonly (number | null)[] => {
  const bins = [...sketch].sort(([a], [b]) => a - b);
  const total = bins.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return wanted.map(() => null);
  const valueAt = (rank: number): number => {
    let seen = 0;
    for (const [bin, count] of bins) {
      seen += count;
      if (rank < seen) return middleOf(bin);
    }
    return middleOf(bins.at(-1)?.[0] ?? zeroBin);
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
