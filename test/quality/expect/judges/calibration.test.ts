import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calibrationOf, type Rating, reservation } from '../../../../src/quality/expect/judges/calibration.ts';
import { fakeRandom } from '../../../support/fake-context.ts';

const times = (n: number, human: boolean, judge: boolean | null): readonly Rating[] => Array.from({ length: n }, () => ({ human, judge }));
const table = (bothPass: number, onlyJudge: number, onlyHuman: number, bothFail: number, abstained = 0): readonly Rating[] => [
  ...times(bothPass, true, true),
  ...times(onlyJudge, false, true),
  ...times(onlyHuman, true, false),
  ...times(bothFail, false, false),
  ...times(abstained, true, null),
];
const calibrated = (...cells: Parameters<typeof table>) => calibrationOf(table(...cells), fakeRandom());

describe('a calibration', () => {
  // The textbook example: 20 and 15 agreed, 5 and 10 not; po = 0.7, pe = 0.5.
  test('agreement, kappa, sensitivity and specificity of a known table', () => {
    const found = calibrated(20, 10, 5, 15);
    expect(found).toMatchObject({ labels: 50, humanPasses: 25, abstained: 0 });
    expect(found.kappa).toBeCloseTo(0.4, 10);
    expect(found.agreement).toMatchObject({ hits: 35, of: 50 });
    expect(found.sensitivity).toMatchObject({ hits: 20, of: 25 });
    expect(found.specificity).toMatchObject({ hits: 15, of: 25 });
    // Wilson of 35 of 50.
    expect(found.agreement.interval?.low).toBeCloseTo(0.5625, 3);
    expect(found.agreement.interval?.high).toBeCloseTo(0.809, 3);
  });

  test("kappa's interval is near the asymptotic one where there are many labels", () => {
    const { kappaInterval } = calibrated(200, 100, 50, 150);
    // Standard error sqrt(po (1 − po) / (n (1 − pe)²)) = 0.041.
    expect(kappaInterval?.low).toBeCloseTo(0.4 - 1.96 * 0.041, 1);
    expect(kappaInterval?.high).toBeCloseTo(0.4 + 1.96 * 0.041, 1);
  });

  test('where only one answer is known, kappa says nothing', () => {
    expect(calibrated(40, 0, 0, 0)).toMatchObject({ kappa: null, kappaInterval: null, specificity: { of: 0, interval: null } });
    expect(calibrated(0, 0, 0, 0).kappa).toBeNull();
  });

  test('what the judge did not decide is counted apart', () =>
    expect(calibrated(10, 0, 0, 10, 4)).toMatchObject({ labels: 20, abstained: 4, kappa: 1 }));

  test('kappa lies in its interval, and does not care which of the two is the judge', () => {
    const cell = fc.nat({ max: 30 });
    fc.assert(
      fc.property(cell, cell, cell, cell, fc.integer(), (a, b, c, d, seed) => {
        const found = calibrationOf(table(a, b, c, d), fakeRandom(seed));
        const swapped = calibrationOf(table(a, c, b, d), fakeRandom(seed));
        if (found.kappa === null) return;
        expect(swapped.kappa).toBeCloseTo(found.kappa, 10);
        expect(found.kappa).toBeLessThanOrEqual(1);
        expect(found.kappaInterval?.low).toBeLessThanOrEqual(found.kappa + 0.05);
        expect(found.kappaInterval?.high).toBeGreaterThanOrEqual(found.kappa - 0.05);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what keeps a judge from deciding', () => {
  test('nothing, where it surely agrees more than the floor', () => expect(reservation(calibrated(45, 2, 3, 50), 0.4)).toBeNull());
  test('nothing, where the author wants none', () => expect(reservation(null, 'none')).toBeNull());
  test.each([
    ['no calibration', null, 'is not calibrated'],
    ['few labels, however well they agree', calibrated(10, 0, 0, 10), 'was calibrated with 20 labels, 10 of the rarer kind; it takes 30'],
    ['labels of one kind', calibrated(96, 0, 0, 4), 'was calibrated with 100 labels, 4 of the rarer kind'],
    ['agreement that chance alone would bring', calibrated(81, 9, 9, 1), 'it takes 30, and 5 of each kind|does not agree enough'],
    ['agreement that is not sure', calibrated(20, 10, 5, 15), 'does not agree enough with people: its kappa is between'],
  ])('%s', (_, calibration, why) => expect(reservation(calibration, 0.4)).toMatch(new RegExp(why)));
});
