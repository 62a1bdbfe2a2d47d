import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { normalQuantile, normalTail, studentQuantile, studentTail } from '../../../src/ground/math/normal.ts';

const byScipy: {
  normalTail: { z: number; tail: number }[];
  studentQuantile: { tail: number; freedom: number; t: number }[];
} = JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/exact-tests/fisher.json'), 'utf8'));

test.each(byScipy.normalTail)('the tail above $z is what scipy says', ({ z, tail }) => expect(normalTail(z) / tail).toBeCloseTo(1, 10));

test.each([0.4, 0.025, 1e-4, 1e-9])('the quantile of %f undoes the tail', (tail) => {
  expect(normalTail(normalQuantile(tail)) / tail).toBeCloseTo(1, 9);
  expect(normalQuantile(1 - tail)).toBeCloseTo(-normalQuantile(tail), 6);
});

test.each(byScipy.studentQuantile)('Student’s t of $tail, $freedom degrees of freedom, is what scipy says', ({ tail, freedom, t }) => {
  expect(studentQuantile(tail, freedom) / t).toBeCloseTo(1, 9);
  expect(studentTail(t, freedom) / tail).toBeCloseTo(1, 9);
});

test('with many degrees of freedom it is the normal quantile', () =>
  expect(studentQuantile(0.025, 1001)).toBeCloseTo(studentQuantile(0.025, 999), 2));
