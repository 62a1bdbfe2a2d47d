import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BaselineFile, baselineOf, baselineSchema, baselineText, withRun } from '../../../src/quality/evals/baseline-file.ts';
import { pooledCases } from '../../../src/quality/evals/pooled-baseline.ts';
import type { CaseTally } from '../../../src/quality/evals/trial.ts';

const hash = (digit: string) => digit.repeat(16);
const aTally = (caseId: string, parts: Partial<CaseTally> = {}): CaseTally => ({
  caseId,
  hash: hash('a'),
  severity: 'normal',
  cluster: null,
  passes: 3,
  fails: 0,
  errors: 0,
  ...parts,
});
const suite = { suite: 's', agent: 'support', window: 3 };
const accept = (before: BaselineFile | null, run: string, cases: readonly CaseTally[]): BaselineFile =>
  withRun(before, suite, { run, acceptedAt: '2026-11-23T12:00:00.000Z', release: null, cases });

const anyTally = fc.record({
  caseId: fc.constantFrom('a', 'b', 'c', 'd'),
  hash: fc.constantFrom(hash('a'), hash('b')),
  severity: fc.constantFrom('critical', 'normal', 'info' as const),
  cluster: fc.constantFrom(null, 'x'),
  passes: fc.nat({ max: 5 }),
  fails: fc.nat({ max: 5 }),
  errors: fc.constant(0),
}) as fc.Arbitrary<CaseTally>;
const anyRun = fc.uniqueArray(anyTally, { selector: ({ caseId }) => caseId });

describe('a committed baseline', () => {
  test('says what the journal would say of the same runs', () => {
    fc.assert(
      fc.property(fc.array(anyRun, { minLength: 1, maxLength: 6 }), (runs) => {
        const file = runs.reduce<BaselineFile | null>((before, cases, at) => accept(before, `r${at}`, cases), null);
        if (file === null) return;
        const read = baselineSchema.parse(JSON.parse(baselineText(file)));
        const newest = runs.toReversed().slice(0, suite.window);
        const judged = (tallies: readonly CaseTally[]) =>
          tallies
            .filter(({ passes, fails }) => passes + fails > 0)
            .map(({ caseId, passes, fails, hash: of }) => [caseId, of, passes, fails])
            .sort();
        expect(judged(baselineOf(read, 'f', suite.window).cases)).toEqual(judged(pooledCases(newest)));
      }),
    );
  });

  test('forgets the oldest run beyond the window, and a case that changed begins anew', () => {
    const three = ['r1', 'r2', 'r3', 'r4'].reduce<BaselineFile | null>(
      (before, run) => accept(before, run, [aTally('a'), aTally('b')]),
      null,
    );
    const file = accept(three, 'r5', [aTally('a', { hash: hash('b'), passes: 2, fails: 1 })]);
    expect(file.runs.map(({ run }) => run)).toEqual(['r5', 'r4', 'r3']);
    expect(file.cases).toMatchObject({
      a: { hash: hash('b'), results: ['2/3', '-', '-'] },
      b: { hash: hash('a'), results: ['-', '3/3', '3/3'] },
    });
  });

  test('takes the same run again without counting it twice', () => {
    const once = accept(null, 'r1', [aTally('a')]);
    expect(accept(once, 'r1', [aTally('a')])).toEqual(once);
  });

  test('has a line for each case, whatever its id', () => {
    const text = baselineText(accept(null, 'r1', [aTally('z'), aTally('a "b"\n')]));
    expect(text.split('\n').filter((line) => line.includes('"results"'))).toHaveLength(2);
    expect(Object.keys(JSON.parse(text).cases)).toEqual(['a "b"\n', 'z']);
  });

  test.each([
    [{ results: ['4/3'] }, 'has more passes than trials'],
    [{ results: [] }, 'must hold one result for each of the 1 runs'],
    [{ hash: 'x' }, 'must be 16 hex digits'],
  ])('with %j is refused', (parts, message) => {
    const file = accept(null, 'r1', [aTally('a')]);
    const bad = { ...file, cases: { a: { ...file.cases['a'], ...parts } } };
    expect(baselineSchema.safeParse(bad).error?.issues.map((issue) => issue.message)).toContainEqual(message);
  });
});
