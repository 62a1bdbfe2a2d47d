import { expect, test } from 'vitest';
import { editDistance } from '../../../src/quality/expect/text-distance.ts';

test.each([
  ['kitten', 'sitting', 9, 3],
  ['kitten', 'sitting', 2, 3],
  ['a', 'a'.repeat(1000), 5, 6],
  ['', '', 0, 0],
])('%s → %s within %i: %i', (a, b, limit, edits) => {
  expect(editDistance(a, b, limit)).toBe(edits);
});
