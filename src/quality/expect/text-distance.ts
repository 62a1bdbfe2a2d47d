import { closest, distance } from 'fastest-levenshtein';

/** Edits (insert, delete, replace one character) between two texts; more than `limit` is only told as `limit + 1`. */
export const editDistance = (a: string, b: string, limit: number): number =>
  Math.abs(a.length - b.length) > limit ? limit + 1 : Math.min(distance(a, b), limit + 1);

/** The known name that a mistyped one was most likely meant to be, or null where none is near. */
export const nearestName = (given: string, known: readonly string[]): string | null => {
  if (known.length === 0) return null;
  const name = closest(given.toLowerCase(), known);
  return distance(given.toLowerCase(), name) <= Math.max(2, Math.floor(given.length / 3)) ? name : null;
};
