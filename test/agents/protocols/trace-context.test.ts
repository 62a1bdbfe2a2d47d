import { expect, test } from 'vitest';
import { newSpanId, newTraceId } from '../../../src/agents/protocols/trace-context.ts';
import { fakeRandom } from '../../support/fake-context.ts';

test('ids have the lengths of W3C Trace Context and are never all zero', () => {
  expect(newTraceId(fakeRandom())).toMatch(/^[0-9a-f]{32}$/);
  expect(newSpanId(fakeRandom())).toMatch(/^[0-9a-f]{16}$/);
  expect(newTraceId(() => 0)).toBe(`${'0'.repeat(31)}1`);
  expect(newSpanId(() => 0)).toBe(`${'0'.repeat(15)}1`);
  expect(newSpanId(() => 1 - Number.EPSILON)).toBe('f'.repeat(16));
});

test('no two of many are alike', () => {
  const random = fakeRandom();
  expect(new Set(Array.from({ length: 10_000 }, () => newTraceId(random))).size).toBe(10_000);
});
