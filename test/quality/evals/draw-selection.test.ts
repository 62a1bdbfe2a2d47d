import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CaseFilter } from '../../../src/quality/evals/case-filter.ts';
import { selectCases } from '../../../src/quality/evals/draw-selection.ts';
import type { Case } from '../../../src/quality/evals/suite.ts';
import { caseOf, suiteOf } from '../../support/cases.ts';

const idsOf = async (cases: readonly Case[], filter: CaseFilter): Promise<readonly string[]> => {
  const selection = await selectCases(suiteOf(cases), filter);
  const ids: string[] = [];
  for await (const { id } of selection.cases()) ids.push(id);
  expect(ids).toHaveLength(selection.count);
  return ids;
};

const sampleOf = (count: number, seed = 'a', strata: NonNullable<CaseFilter['sample']>['strata'] = []): CaseFilter => ({
  sample: { size: { count }, seed, strata },
});

const numbered = (count: number): readonly Case[] =>
  Array.from({ length: count }, (_, at) =>
    caseOf({ id: `case-${at}`, severity: at % 10 === 0 ? 'critical' : 'normal', tags: [at % 2 === 0 ? 'even' : 'odd'] }),
  );

describe('shards', () => {
  test('are disjoint, complete, and of one size give or take one', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.option(fc.integer({ min: 1, max: 40 })),
        async (count, of, sample) => {
          const cases = numbered(count);
          const filter = sample === null ? {} : sampleOf(sample);
          const shards = await Promise.all(
            Array.from({ length: of }, (_, at) => idsOf(cases, { ...filter, shard: { index: at + 1, of } })),
          );
          const whole = await idsOf(cases, filter);
          expect(shards.flat().sort()).toEqual([...whole].sort());
          const sizes = shards.map(({ length }) => length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    ));

  test('share the hash of the whole, which another selection does not have', async () => {
    const cases = numbered(20);
    const hashOf = async (filter: CaseFilter, of = cases) => (await selectCases(suiteOf(of), filter)).hash;
    const whole = await hashOf({});
    expect(await hashOf({ shard: { index: 2, of: 3 } })).toBe(whole);
    expect(await hashOf({ tags: ['odd'] })).not.toBe(whole);
    expect(await hashOf({}, [...cases.slice(0, 19), caseOf({ id: 'case-19', hash: 'fedcba9876543210' })])).not.toBe(whole);
  });
});

describe('a sample', () => {
  test('has its size, is the same for the same seed in any order, and grows by adding', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 40 }), fc.string(), async (count, size, seed) => {
        const cases = numbered(count);
        const ids = await idsOf(cases, sampleOf(size, seed));
        expect(ids).toHaveLength(Math.min(size, count));
        expect([...(await idsOf([...cases].reverse(), sampleOf(size, seed)))].sort()).toEqual([...ids].sort());
        expect(await idsOf(cases, sampleOf(size + 1, seed))).toEqual(expect.arrayContaining([...ids]));
      }),
    ));

  test('is another one for another seed', async () => {
    const cases = numbered(200);
    expect(await idsOf(cases, sampleOf(20, 'b'))).not.toEqual(await idsOf(cases, sampleOf(20, 'a')));
  });

  test('favours no case: each is drawn about as often as any other', async () => {
    const cases = numbered(20);
    const drawn = new Map<string, number>();
    for (let seed = 0; seed < 400; seed++)
      for (const id of await idsOf(cases, sampleOf(5, String(seed)))) drawn.set(id, (drawn.get(id) ?? 0) + 1);
    // 400 draws of a quarter: 100 each, within five standard deviations.
    for (const { id } of cases) expect(Math.abs((drawn.get(id) ?? 0) - 100)).toBeLessThan(5 * Math.sqrt(400 * 0.25 * 0.75));
  });

  test('gives each stratum its share, rounded', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }), async (count, size) => {
        const cases = numbered(count);
        const ids = new Set(await idsOf(cases, sampleOf(size, 's', ['severity'])));
        expect(ids.size).toBe(Math.min(size, count));
        const critical = cases.filter(({ severity }) => severity === 'critical');
        const exact = (critical.length * Math.min(size, count)) / count;
        expect(Math.abs(critical.filter(({ id }) => ids.has(id)).length - exact)).toBeLessThan(1);
      }),
    ));

  test('by share is rounded up', async () =>
    expect(await idsOf(numbered(21), { sample: { size: { share: 0.1 }, seed: '', strata: [] } })).toHaveLength(3));
});

describe('a filter', () => {
  const cases = [
    caseOf({ id: 'refund/large', tags: ['money'], severity: 'critical' }),
    caseOf({ id: 'refund/small', tags: ['money'] }),
    caseOf({ id: 'greeting', tags: ['chat'], severity: 'info' }),
  ];
  test.each<[string, CaseFilter, readonly string[]]>([
    ['nothing', {}, ['refund/large', 'refund/small', 'greeting']],
    ['a glob over slashes', { ids: ['*l*'] }, ['refund/large', 'refund/small']],
    ['an id', { ids: ['greeting'] }, ['greeting']],
    ['several ids', { ids: ['greeting', 'refund/l*'] }, ['refund/large', 'greeting']],
    ['a tag', { tags: ['money', 'nowhere'] }, ['refund/large', 'refund/small']],
    ['a severity', { severities: ['critical', 'info'] }, ['refund/large', 'greeting']],
    ['what failed', { onlyFailed: new Set(['greeting', 'gone']) }, ['greeting']],
    ['all at once', { tags: ['money'], severities: ['normal'] }, ['refund/small']],
    ['what is not there', { ids: ['x'] }, []],
  ])('by %s', async (_, filter, ids) => expect(await idsOf(cases, filter)).toEqual(ids));
});
