import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scoreSpreads } from '../../../src/desk/report/score-spread.ts';

const value = (score: string, agent: string, number: number, n = 1) => ({ score, agent, value: number, n });

test('a value on an edge counts above it, the highest in the last part', () => {
  const [all] = scoreSpreads([
    value('quality', 'a', 0),
    value('quality', 'a', 0.3),
    value('quality', 'a', 0.69),
    value('quality', 'a', 1, 2),
  ]);
  expect(all).toMatchObject({ agent: null, n: 5, low: 0, high: 1, counts: [1, 0, 0, 1, 0, 0, 1, 0, 0, 2] });
});

test('a score of stars has a scale of stars, and agents stand by their mean', () => {
  const spreads = scoreSpreads([value('stars', 'good', 5, 3), value('stars', 'bad', 1), value('quality', 'good', 0.5)]);
  expect(spreads.map(({ score, agent, high }) => `${score} ${agent} ${high}`)).toEqual([
    'quality null 1',
    'quality good 1',
    'stars null 5',
    'stars bad 5',
    'stars good 5',
  ]);
});

test('no value is lost, whatever it is', () => {
  const values = fc.array(
    fc.record({
      score: fc.constantFrom('a', 'b'),
      agent: fc.constantFrom('x', 'y', 'z'),
      value: fc.integer({ min: -500, max: 500 }).map((hundredths) => hundredths / 100),
      n: fc.integer({ min: 1, max: 9 }),
    }),
  );
  fc.assert(
    fc.property(values, (given) => {
      const spreads = scoreSpreads(given);
      for (const { counts, n } of spreads) expect(counts.reduce((sum, count) => sum + count, 0)).toBe(n);
      const all = given.reduce((sum, { n }) => sum + n, 0);
      expect(spreads.filter(({ agent }) => agent === null).reduce((sum, { n }) => sum + n, 0)).toBe(all);
      expect(spreads.filter(({ agent }) => agent !== null).reduce((sum, { n }) => sum + n, 0)).toBe(all);
    }),
  );
});
