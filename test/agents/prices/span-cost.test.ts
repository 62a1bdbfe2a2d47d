import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costOf } from '../../../src/agents/prices/span-cost.ts';

const price = (input: number, output: number, cachedInput: number | null = null, cacheWrite: number | null = null) => ({
  input,
  output,
  cachedInput,
  cacheWrite,
});
const tokens = (input: number | null, output: number | null, cachedRead: number | null = null, cachedWrite: number | null = null) => ({
  input,
  output,
  cachedRead,
  cachedWrite,
});
const prices = { 'acme/support-ft': price(0.8, 3.2, 0.08, 1) };

describe('tokens to money', () => {
  test.each([
    ['a million in', tokens(1_000_000, 0), 800_000_000],
    ['a million out', tokens(0, 1_000_000), 3_200_000_000],
    ['one token', tokens(1, 0), 800],
    ['cached tokens are part of the input', tokens(1000, 0, 600), 400 * 800 + 600 * 80],
    ['and so are those written to the cache', tokens(1000, 10, 600, 300), 100 * 800 + 600 * 80 + 300 * 1000 + 10 * 3200],
    ['more cached than sent is not believed', tokens(10, 0, 600, 300), 10 * 80],
  ])('%s', (_, used, nanos) => expect(costOf(prices, 'acme/support-ft', used)).toBe(nanos));

  test('without a price for the cache, cached tokens cost what others do', () =>
    expect(costOf({ m: price(1, 1) }, 'm', tokens(10, 0, 5, 5))).toBe(10_000));

  test.each([
    ['no model', null, tokens(1, 1)],
    ['no tokens', 'acme/support-ft', null],
    ['half of the tokens', 'acme/support-ft', tokens(1, null)],
    ['a model without a price', 'other', tokens(1, 1)],
  ])('%s is unknown, not free', (_, model, used) => expect(costOf(prices, model, used)).toBeNull());

  test('it is exact to a nano-dollar', () =>
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 7 }), fc.nat({ max: 10 ** 6 }), fc.nat({ max: 10 ** 5 }), (input, output, cents) => {
        const wanted = BigInt(input) * BigInt(cents) * 10n + BigInt(output) * BigInt(cents) * 20n;
        expect(costOf({ m: price(cents / 100, cents / 50) }, 'm', tokens(input, output))).toBe(Number(wanted));
      }),
    ));
});

describe('which price', () => {
  const book = { 'openai/gpt-5': price(1, 1), 'Acme/Big': price(2, 2), small: price(3, 3), 'a/twin': price(4, 4), 'b/twin': price(5, 5) };
  test.each([
    ['openai/gpt-5', 1000],
    ['gpt-5', 1000],
    ['GPT-5', 1000],
    ['acme/big', 2000],
    ['small', 3000],
    ['acme/small', 3000],
    ['azure/gpt-5', null],
    ['a/twin', 4000],
    ['twin', null],
    ['gpt', null],
  ])('%s costs %d a token', (model, nanos) => expect(costOf(book, model, tokens(1, 0))).toBe(nanos));
});
