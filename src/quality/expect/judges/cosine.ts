/** The cosine of the angle between two vectors, −1 to 1; null where they have no common length or no direction. */
export const cosine = (a: readonly number[], b: readonly number[]): number | null => {
  if (a.length === 0 || a.length !== b.length) return null;
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] ?? 0, b[at] ?? 0];
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const lengths = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  return lengths > 0 && Number.isFinite(dot / lengths) ? Math.min(1, Math.max(-1, dot / lengths)) : null;
};
