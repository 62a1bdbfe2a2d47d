import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blameOf, criticalPath, growTree, repeatedCalls, type TimedSpan } from '../../../src/telemetry/traces/tree.ts';

const span = (id: string, parentId: string | null, startUs = 0, durationUs: number | null = 10): TimedSpan => ({
  id,
  parentId,
  startUs,
  durationUs,
});
const shape = (spans: readonly TimedSpan[]) => {
  const tree = growTree(spans);
  const name = (at: number) => spans[at]?.id ?? '-';
  return {
    root: name(tree.root),
    parents: Object.fromEntries(spans.map(({ id }, at) => [id, name(tree.parent[at] ?? -1)])),
    adopted: [...tree.adopted].map(name).sort(),
  };
};

describe('a tree', () => {
  test('nests by parent, whatever came first', () => {
    expect(shape([span('c', 'b'), span('b', 'a'), span('a', null)])).toEqual({
      root: 'a',
      parents: { a: '-', b: 'a', c: 'b' },
      adopted: [],
    });
  });

  test('adopts those whose parent never came, and further roots', () => {
    expect(shape([span('a', null, 1), span('b', 'gone', 2), span('c', null, 3)])).toEqual({
      root: 'a',
      parents: { a: '-', b: 'a', c: 'a' },
      adopted: ['b', 'c'],
    });
  });

  test('lets the earliest stand in for a root that never came', () => {
    expect(shape([span('late', 'gone', 5), span('early', 'gone', 1), span('child', 'late', 6)])).toMatchObject({
      root: 'early',
      parents: { child: 'late', early: '-', late: 'early' },
    });
  });

  test('takes a root without a parent before an earlier span that has one', () => {
    expect(shape([span('skewed', 'a', -5), span('a', null, 1)]).root).toBe('a');
  });

  test('cuts circles', () => {
    expect(shape([span('a', null), span('x', 'y', 2), span('y', 'x', 1), span('self', 'self', 3)])).toEqual({
      root: 'a',
      parents: { a: '-', x: 'y', y: 'a', self: 'a' },
      adopted: ['self', 'y'],
    });
    expect(shape([span('x', 'y', 2), span('y', 'x', 1)])).toMatchObject({ root: 'y', parents: { x: 'y', y: '-' } });
  });

  test('reaches every span once, parents first, the same for every order of arrival', () => {
    const ids = fc.integer({ min: 0, max: 9 }).map(String);
    const drawn = fc.uniqueArray(fc.record({ id: ids, parentId: fc.option(ids), startUs: fc.nat(4), durationUs: fc.constant(1) }), {
      selector: ({ id }) => id,
      minLength: 1,
    });
    fc.assert(
      fc.property(drawn, fc.infiniteStream(fc.nat()), (spans, order) => {
        const tree = growTree(spans);
        expect([...tree.order].sort((a, b) => a - b)).toEqual([...spans.keys()]);
        for (const [rank, at] of tree.order.entries()) expect(tree.order.indexOf(tree.parent[at] ?? -1)).toBeLessThan(rank);
        const shuffled = spans
          .map((each) => [order.next().value as number, each] as const)
          .sort(([a], [b]) => a - b)
          .map(([, each]) => each);
        expect(shape(shuffled)).toEqual(shape(spans));
      }),
    );
  });
});

test('the critical path is what the end waited for', () => {
  const spans = [
    span('root', null, 0, 100),
    span('early', 'root', 0, 20),
    span('beside', 'root', 5, 60),
    span('last', 'root', 70, 28),
    span('inner', 'last', 75, 20),
  ];
  expect(criticalPath(spans, growTree(spans)).map((at) => spans[at]?.id)).toEqual(['root', 'beside', 'last', 'inner']);
});

test('repeated calls are those with equal name and equal arguments', () => {
  const call = (id: string, name: string, inputHash: number | null) => ({ ...span(id, null), name, inputHash });
  const calls = [
    call('1', 'search', 7),
    call('2', 'search', 7),
    call('3', 'search', 8),
    call('4', 'refund', 7),
    call('5', 'refund', null),
    call('6', 'refund', null),
  ];
  expect(repeatedCalls(calls)).toEqual([{ name: 'search', at: [0, 1] }]);
});

describe('blame', () => {
  const part = (runNo: number, callerRun: number | null, isError: boolean) => ({ runNo, callerRun, agent: `a${runNo}`, isError });
  test.each([
    ['nobody where the first part did not fail', [part(0, null, false), part(1, 0, true)], null],
    ['the first where none below failed', [part(0, null, true), part(1, 0, false)], 0],
    ['the deepest along failed hand-offs', [part(0, null, true), part(1, 0, true), part(2, 1, true)], 2],
    ['the last of several that failed', [part(0, null, true), part(1, 0, true), part(2, 0, true)], 2],
    ['not one that failed under a part that recovered', [part(0, null, true), part(1, 0, false), part(2, 1, true)], 0],
  ])('is for %s', (_, parts, runNo) => expect(blameOf(parts)?.runNo ?? null).toBe(runNo));
});
