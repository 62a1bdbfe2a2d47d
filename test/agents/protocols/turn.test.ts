import { expect, test } from 'vitest';
import { noWire, turnOf } from '../../../src/agents/protocols/turn.ts';

const usageOf = (input: number | null, output: number | null = 7) =>
  turnOf({ outcome: 'ok', usage: { input, output, cachedRead: null, cachedWrite: null, reasoning: null } }, noWire(1)).usage;

test.each([1e308, -5, 12.5, 2e9, Number.MAX_SAFE_INTEGER])('%d is no count of tokens: it is not told', (count) => {
  expect(usageOf(count)).toMatchObject({ input: null, output: 7 });
  expect(usageOf(null, count)).toBeNull();
});

test.each([0, 1, 1_000_000])('%d tokens are taken as they are told', (count) => {
  expect(usageOf(count)).toMatchObject({ input: count, output: 7 });
});
