import { distance } from 'fastest-levenshtein';

/** Edits (insert, delete, replace one character) between two texts; more than `limit` is only told as `limit + 1`. */
export const editDistance = (a: string, b: string, limit: number): number =>
  Math.abs(a.length - b.length) > limit ? limit + 1 : Math.min(distance(a, b), limit + 1);
