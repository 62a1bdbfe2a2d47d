import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  binomialGreater,
  binomialLess,
  binomialTwoSided,
  cmhGreater,
  exactWork,
  fisherGreater,
  fisherLess,
  fisherTwoSided,
  holm,
} from '../../../src/ground/math/exact-tests.ts';
import type { Table } from '../../../src/ground/math/hypergeometric.ts';
import { normalTail } from '../../../src/ground/math/normal.ts';

interface Tables {
  readonly hits: number[];
  readonly of: number[];
  readonly otherHits: number[];
  readonly otherOf: number[];
}

const fixture = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/exact-tests', name), 'utf8'));
const byScipy: {
  fisher: (Table & { greater: number; less: number; twoSided: number })[];
  binomial: { hits: number; n: number; chance: number; greater: number; less: number; twoSided: number }[];
} = fixture('fisher.json');
const byR: { cmh: (Tables & { p: number })[]; holm: { p: number[]; adjusted: number[] }[] } = fixture('mantelhaen.json');

/** Equal but for rounding, also where both are tiny. */
const expectSame = (ours: number, theirs: number): void => {
  if (theirs > 1e-290) expect(ours / theirs).toBeCloseTo(1, 8);
  else expect(ours).toBeLessThanOrEqual(1e-290);
};

const tablesOf = ({ hits, of, otherHits, otherOf }: Tables): Table[] =>
  hits.map((hit, at) => ({ hits: hit, of: of[at] ?? 0, otherHits: otherHits[at] ?? 0, otherOf: otherOf[at] ?? 0 }));

describe('what scipy computes', () => {
  test.each(byScipy.fisher)('Fisher: $hits of $of against $otherHits of $otherOf', (table) => {
    expectSame(fisherGreater(table), table.greater);
    expectSame(fisherLess(table), table.less);
    expectSame(fisherTwoSided(table), table.twoSided);
  });
  test.each(byScipy.binomial)('binomial: $hits of $n at $chance', ({ hits, n, chance, greater, less, twoSided }) => {
    expectSame(binomialGreater(hits, n, chance), greater);
    expectSame(binomialLess(hits, n, chance), less);
    expectSame(binomialTwoSided(hits, n, chance), twoSided);
  });
});

describe('what R computes', () => {
  test.each(byR.cmh.map((each) => [each.of.length, each] as const))('Cochran, Mantel and Haenszel, %i tables', (_, each) => {
    const result = cmhGreater(tablesOf(each));
    expect(result.exact).toBe(true);
    // R adds chances of the whole distribution in logarithms; it is the less precise of the two.
    expect(result.p / each.p).toBeCloseTo(1, 6);
  });
  test.each(byR.holm)('Holm: $p', ({ p, adjusted }) => {
    for (const [at, value] of holm(p).entries()) expect(value).toBeCloseTo(adjusted[at] ?? Number.NaN, 12);
  });
});

const aTable = (largest: number) =>
  fc
    .tuple(fc.nat(largest), fc.nat(largest), fc.nat(largest), fc.nat(largest))
    .map(([a, b, c, d]): Table => ({ hits: a, of: a + b, otherHits: c, otherOf: c + d }));

/** All ways to deal the hits of a table out to the members of both groups, counted one by one: how often the first group gets so many. */
const dealt = ({ hits, of, otherHits, otherOf }: Table): Map<number, number> => {
  const counts = new Map<number, number>();
  for (let deal = 0; deal < 2 ** (of + otherOf); deal++) {
    const bits = [...deal.toString(2)].reverse();
    if (bits.filter((bit) => bit === '1').length !== hits + otherHits) continue;
    const first = bits.slice(0, of).filter((bit) => bit === '1').length;
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  return counts;
};

const shareWhere = (counts: Map<number, number>, holds: (hits: number) => boolean): number => {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts].reduce((sum, [hits, count]) => (holds(hits) ? sum + count : sum), 0) / all;
};

describe('what counting every deal gives', () => {
  test('Fisher', () => {
    fc.assert(
      fc.property(aTable(3), (table) => {
        const counts = dealt(table);
        expect(fisherGreater(table)).toBeCloseTo(
          shareWhere(counts, (hits) => hits >= table.hits),
          12,
        );
        expect(fisherLess(table)).toBeCloseTo(
          shareWhere(counts, (hits) => hits <= table.hits),
          12,
        );
        const seen = counts.get(table.hits) ?? 0;
        expect(fisherTwoSided(table)).toBeCloseTo(
          shareWhere(counts, (hits) => (counts.get(hits) ?? 0) <= seen),
          12,
        );
      }),
      { numRuns: 60 },
    );
  });
  test('Cochran, Mantel and Haenszel', () => {
    fc.assert(
      fc.property(fc.array(aTable(2), { minLength: 1, maxLength: 4 }), (tables) => {
        let sums = new Map([[0, 1]]);
        for (const counts of tables.map(dealt)) {
          const next = new Map<number, number>();
          for (const [sum, ways] of sums)
            for (const [hits, count] of counts) next.set(sum + hits, (next.get(sum + hits) ?? 0) + ways * count);
          sums = next;
        }
        const seen = tables.reduce((sum, { hits }) => sum + hits, 0);
        const isTold = tables.some(
          ({ hits, of, otherHits, otherOf }) => of * otherOf > 0 && hits + otherHits > 0 && hits + otherHits < of + otherOf,
        );
        const { p, midP } = cmhGreater(tables);
        expect(p).toBeCloseTo(
          shareWhere(sums, (sum) => sum >= seen),
          12,
        );
        if (isTold) {
          expect(midP).toBeCloseTo(shareWhere(sums, (sum) => sum > seen) + shareWhere(sums, (sum) => sum === seen) / 2, 12);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('laws', () => {
  const oneMore = (table: Table): Table => ({ ...table, hits: table.hits + 1 });

  test('one more hit never makes a p-value larger', () => {
    fc.assert(
      fc.property(
        aTable(30).filter(({ hits, of }) => hits < of),
        fc.array(aTable(12), { maxLength: 12 }),
        (table, others) => {
          expect(fisherGreater(oneMore(table))).toBeLessThanOrEqual(fisherGreater(table) * (1 + 1e-12));
          expect(cmhGreater([...others, oneMore(table)]).p).toBeLessThanOrEqual(cmhGreater([...others, table]).p * (1 + 1e-12));
        },
      ),
    );
  });
  test('the order of the tables makes no difference', () => {
    fc.assert(
      fc.property(fc.array(aTable(12), { minLength: 2, maxLength: 20 }), (tables) => {
        expect(cmhGreater([...tables].reverse()).p).toBeCloseTo(cmhGreater(tables).p, 12);
      }),
    );
  });
  test('one table by itself is Fisher’s', () => {
    fc.assert(
      fc.property(aTable(60), (table) => {
        expect(cmhGreater([table]).p).toBeCloseTo(fisherGreater(table), 12);
      }),
    );
  });
  test('both tails hold everything, and what was seen twice', () => {
    fc.assert(
      fc.property(aTable(60), (table) => {
        expect(fisherGreater(table) + fisherLess(table)).toBeGreaterThanOrEqual(1 - 1e-12);
      }),
    );
  });
  test('Holm keeps the order, is never below a p-value, nor above Bonferroni', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (values) => {
        const adjusted = holm(values);
        for (const [at, p] of values.entries()) {
          expect(adjusted[at]).toBeGreaterThanOrEqual(p);
          expect(adjusted[at]).toBeLessThanOrEqual(Math.min(1, p * values.length));
          for (const [other, q] of values.entries()) if (p < q) expect(adjusted[at]).toBeLessThanOrEqual(adjusted[other] ?? 0);
        }
      }),
    );
  });
});

describe('many tables', () => {
  const suite = (count: number, hits: (at: number) => number): Table[] =>
    Array.from({ length: count }, (_, at) => ({ hits: hits(at), of: 3, otherHits: 1 + (at % 4), otherOf: 30 }));

  test('1,000 are exact, and well under a second', () => {
    const started = process.cpuUsage();
    expect(cmhGreater(suite(1000, (at) => (at % 4 === 0 ? 1 : 0))).exact).toBe(true);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(500);
  });
  test('100,000 are approximated, in no more time', () => {
    const tables = suite(100_000, (at) => (at % 4 === 0 ? 1 : 0));
    const started = process.cpuUsage();
    const { exact, p } = cmhGreater(tables);
    expect(exact).toBe(false);
    expect(p).toBeGreaterThan(0);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(500);
  });
  // The fails expected are 0.23 a table; so many more make p-values from about a half to one in ten thousand.
  test.each([0.23, 0.24, 0.25, 0.26])('where one takes over from the other, they differ by a tenth at most (%f hits a table)', (share) => {
    const most = Math.floor(Math.sqrt(2 * exactWork) / 3) - 1;
    const hits = (at: number): number => Math.floor((at + 1) * share) - Math.floor(at * share);
    const { p, hits: seen, expected, variance, exact } = cmhGreater(suite(most, hits));
    expect(exact).toBe(true);
    const approximated = normalTail((seen - expected - 0.5) / Math.sqrt(variance));
    expect(approximated / p).toBeGreaterThan(0.9);
    expect(approximated / p).toBeLessThan(1.1);
  });
  test('what may be exact is told by the work it makes', () => {
    const most = Math.floor(Math.sqrt(2 * exactWork) / 3);
    const ofFour = (count: number): Table[] => suite(count, () => 0).map((table) => ({ ...table, otherHits: 4 }));
    expect([cmhGreater(ofFour(most)).exact, cmhGreater(ofFour(most + 1)).exact]).toEqual([true, false]);
  });
});
