import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMoney, formatShare, parseCount, parseMoney, parseShare, toUsd } from '../../../src/ground/units/amount.ts';

test.each([
  ['$0.40', 400_000_000],
  ['$1', 1_000_000_000],
  ['$15000', 15_000_000_000_000],
  ['$0.000000001', 1],
  ['$0.1', 100_000_000],
  ['$999999.999999999', 999_999_999_999_999],
])('%s is %d nano-dollars', (text, nanos) => expect(parseMoney(text)).toBe(nanos));

test.each(['0.40', '$', '$-1', '$1,000', '$1.', '$.5', '$0.0000000001', '$1000000', '1 $', '€5'])('%j is not money', (text) =>
  expect(parseMoney(text)).toBeNull(),
);

test('money of whole nano-dollars is read exactly', () =>
  fc.assert(
    fc.property(
      fc.nat({ max: 999_999 }),
      fc.nat({ max: 999_999_999 }),
      (usd, nanos) => parseMoney(`$${usd}.${String(nanos).padStart(9, '0')}`) === usd * 1e9 + nanos,
    ),
  ));

test.each([
  ['5%', 0.05],
  ['99.5%', 0.995],
  ['0%', 0],
  ['100%', 1],
])('%s is a share of %d', (text, value) => expect(parseShare(text)).toBeCloseTo(value, 12));

test.each(['5', '101%', '-1%', '5 %', '%'])('%j is not a share', (text) => expect(parseShare(text)).toBeNull());

test.each([
  ['800', 800],
  ['60k', 60_000],
  ['1.5M', 1_500_000],
  ['1.1k', 1_100],
])('%s is %d', (text, value) => expect(parseCount(text)).toBe(value));

test.each(['1.5', '60K', '-3', '1m', '', '0.0001k', '99999999999999M'])('%j is not a count', (text) => expect(parseCount(text)).toBeNull());

test.each([
  [0, '$0'],
  [1, '$0.000000001'],
  [4_200_000, '$0.0042'],
  [4_249_000, '$0.0042'],
  [50_000_000, '$0.050'],
  [400_000_000, '$0.40'],
  [1_200_000_000, '$1.20'],
  [999_990_000_000, '$999.99'],
  [999_999_000_000, '$1,000'],
  [1_234_567_000_000, '$1,235'],
  [-500_000_000, '-$0.50'],
  [-4_200_000, '-$0.0042'],
])('%d nano-dollars are %s for people', (nanos, text) => expect(formatMoney(nanos)).toBe(text));

test('money for people is right to two digits', () =>
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 10 ** 15 }), (nanos) => {
      const told = Number(formatMoney(nanos).replace(/[$,]/g, '')) * 1e9;
      expect(Math.abs(told - nanos) / nanos).toBeLessThanOrEqual(0.051);
    }),
  ));

test.each([
  [0, '0%'],
  [0.0001, '<0.1%'],
  [0.004, '0.4%'],
  [0.0996, '10%'],
  [0.12, '12%'],
  [0.9995, '99.95%'],
  [0.999999, '99.99%'],
  [1, '100%'],
])('a share of %d is %s for people', (value, text) => expect(formatShare(value)).toBe(text));

test('a share is 100% only where it is all, and 0% only where it is none', () =>
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
      expect(formatShare(value) === '100%').toBe(value === 1);
      expect(formatShare(value) === '0%').toBe(value === 0);
    }),
  ));

test('JSON shows dollars', () => expect(toUsd(400_000_000)).toBe(0.4));
