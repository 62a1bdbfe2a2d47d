import { describe, expect, it } from 'vitest';
import { ageOf, ago, listOf, localTime, nearest, plural } from '../../../src/ground/output/phrases.ts';

describe('phrases', () => {
  it('put numbers and words together', () => {
    expect([plural(1, 'check'), plural(0, 'check'), plural(1234, 'retry', 'retries')]).toEqual(['1 check', '0 checks', '1,234 retries']);
    expect([listOf([]), listOf(['a']), listOf(['a', 'b']), listOf(['a', 'b', 'c'], 'or')]).toEqual(['', 'a', 'a and b', 'a, b or c']);
  });

  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 m'],
    [7_199_999, '1 h'],
    [40 * 86_400_000, '40 d'],
  ])('an age of %i ms is %s', (ms, words) => {
    expect(ageOf(ms)).toBe(words);
  });

  it('say how long ago', () => {
    expect([ago(0, 180_000), ago(0, 999), ago(5000, 0)]).toEqual(['3 m ago', 'just now', 'just now']);
  });

  it('show local time with its zone, also across a change of the clock', () => {
    expect(localTime(Date.UTC(2026, 9, 25, 0, 30), 'Europe/Berlin')).toBe('2026-10-25 02:30 CEST');
    expect(localTime(Date.UTC(2026, 9, 25, 1, 30), 'Europe/Berlin')).toBe('2026-10-25 02:30 CET');
    expect(localTime(Date.UTC(2026, 0, 1), 'UTC')).toBe('2026-01-01 00:00 UTC');
  });

  it.each([
    ['suport', 'support'],
    ['SUPPORT', 'support'],
    ['kb-serach', 'kb-search'],
    ['sup', 'support'],
    ['zzz', null],
    ['', null],
    ['x', null],
  ])('nearest to "%s" is %s', (name, expected) => {
    expect(nearest(name, ['support', 'kb-search', 'billing'])).toBe(expected);
  });

  it('the nearest of several wins, the first where they are even', () => {
    expect(nearest('cast', ['coast', 'cost', 'cast-1'])).toBe('coast');
  });
});
