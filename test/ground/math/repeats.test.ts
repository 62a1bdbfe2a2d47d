import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flakeRate, passAtK, passHatK } from '../../../src/ground/math/repeats.ts';

/** Every choice of k among the trials of one case, counted: how many hold at least one pass, how many nothing else. */
const chosen = (passes: number, trials: number, k: number): { any: number; all: number } => {
  let [any, all, choices] = [0, 0, 0];
  for (let choice = 0; choice < 2 ** trials; choice++) {
    const members = Array.from({ length: trials }, (_, at) => at).filter((at) => Math.floor(choice / 2 ** at) % 2 === 1);
    if (members.length !== k) continue;
    choices += 1;
    const passed = members.filter((at) => at < passes).length;
    if (passed > 0) any += 1;
    if (passed === k) all += 1;
  }
  return { any: any / choices, all: all / choices };
};

test('pass@k and pass^k are what every choice of k trials gives, on average over the cases', () => {
  const aCase = fc.tuple(fc.nat(4), fc.nat(4)).map(([passes, fails]) => ({ passes, trials: passes + fails }));
  fc.assert(
    fc.property(fc.array(aCase, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 3 }), (cases, k) => {
      const asked = cases.filter(({ trials }) => trials >= k).map(({ passes, trials }) => chosen(passes, trials, k));
      if (asked.length === 0) {
        expect(passAtK(cases, k)).toBeNull();
        return;
      }
      const mean = (of: 'any' | 'all') => asked.reduce((sum, each) => sum + each[of], 0) / asked.length;
      expect(passAtK(cases, k)).toBeCloseTo(mean('any'), 12);
      expect(passHatK(cases, k)).toBeCloseTo(mean('all'), 12);
    }),
    { numRuns: 60 },
  );
});

test('a case is flaky that did both; one that was asked once cannot be', () => {
  const cases = [
    { passes: 3, trials: 3 },
    { passes: 2, trials: 3 },
    { passes: 0, trials: 3 },
    { passes: 1, trials: 2 },
    { passes: 1, trials: 1 },
  ];
  expect(flakeRate(cases)).toBe(0.5);
  expect(flakeRate([{ passes: 1, trials: 1 }])).toBeNull();
});
