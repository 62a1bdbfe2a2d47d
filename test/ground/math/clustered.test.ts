import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusteredExcess, clusteredInterval, effectiveTrials, groupedMeanInterval, meanShare } from '../../../src/ground/math/clustered.ts';
import { wilsonInterval } from '../../../src/ground/math/intervals.ts';
import { seededRandom } from '../../../src/ground/math/seeded.ts';

const casesOf = (shares: readonly number[], clusterOf: (at: number) => string, trials = 3) =>
  shares.map((share, at) => ({ share, trials, cluster: clusterOf(at) }));

describe('the interval of a mean share', () => {
  test('is Wilson’s of all trials where every case stands for itself', () => {
    const cases = casesOf([1, 1, 2 / 3, 0], String);
    expect(effectiveTrials(cases)).toBeCloseTo(12, 9);
    expect(clusteredInterval(cases)?.low).toBeCloseTo(wilsonInterval(8, 12)?.low ?? 0, 9);
  });
  test('of cases that stand for themselves is the same whether that is said or each is a cluster of its own', () => {
    const shares = [1, 0, 0.5, 1, 0.25];
    const alone = (cluster: string | null) => ({ cluster, trials: 3 });
    expect(clusteredInterval(shares.map((share) => ({ ...alone(null), share })))).toEqual(
      clusteredInterval(casesOf(shares, (at) => String(at))),
    );
    const mixed = (own: (at: number) => string | null) => shares.map((share, at) => ({ ...alone(at < 3 ? 'shared' : own(at)), share }));
    expect(clusteredInterval(mixed(() => null))).toEqual(clusteredInterval(mixed(String)));
  });

  test('of clusters whose cases all do the same is no narrower than one of so many trials as there are clusters', () => {
    const cases = casesOf([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], (at) => String(Math.floor(at / 5)));
    // The means of 4 clusters tell as much as 3 trials, and Student's t of 3 degrees of freedom is wider than the normal.
    expect(effectiveTrials(cases)).toBeCloseTo(3 * (1.959964 / 3.182446) ** 2, 5);
    expect(clusteredInterval(cases)?.low).toBeLessThan(wilsonInterval(3, 4)?.low ?? 0);
  });
  test('never claims more than all trials tell', () => {
    const share = fc.constantFrom(0, 1 / 3, 2 / 3, 1);
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (shares, clusters) => {
        const cases = casesOf(shares, (at) => String(at % clusters));
        expect(effectiveTrials(cases)).toBeLessThanOrEqual(3 * shares.length + 1e-9);
        const interval = clusteredInterval(cases);
        expect(interval?.low).toBeLessThanOrEqual((meanShare(cases) ?? 0) + 1e-9);
        expect(interval?.high).toBeGreaterThanOrEqual((meanShare(cases) ?? 0) - 1e-9);
      }),
    );
  });
  test.each([8, 30])('holds the true share about as often as it says, in %i clusters that share their luck', (clusters) => {
    const random = seededRandom(clusters);
    let [held, heldByWilson] = [0, 0];
    for (let round = 0; round < 400; round++) {
      const rates = Array.from({ length: clusters }, () => (random() < 0.3 ? 0.4 : 1));
      const cases = casesOf(
        Array.from({ length: clusters * 5 }, (_, at) => [0, 1, 2].filter(() => random() < (rates[Math.floor(at / 5)] ?? 0)).length / 3),
        (at) => String(Math.floor(at / 5)),
      );
      const holds = (interval: { low: number; high: number } | null) => interval !== null && interval.low <= 0.82 && interval.high >= 0.82;
      if (holds(clusteredInterval(cases))) held += 1;
      if (holds(wilsonInterval((meanShare(cases) ?? 0) * cases.length * 3, cases.length * 3))) heldByWilson += 1;
    }
    expect(held / 400).toBeGreaterThan(0.89);
    expect(heldByWilson / 400).toBeLessThan(0.8);
  });
  test('of no cases there is none', () => expect(clusteredInterval([])).toBeNull());
});

describe('an excess between clusters', () => {
  const excesses = (values: readonly number[]) => values.map((excess, at) => ({ excess, variance: 1, cluster: String(at) }));
  test('is nothing in one cluster alone, nor where there is none', () => {
    expect(clusteredExcess(excesses([9]))).toBe(1);
    expect(clusteredExcess(excesses([-1, -2, -1]))).toBe(1);
  });
  test('of clusters of the same size is the t-test of their means', () => {
    // scipy.stats.ttest_1samp([1, 2, 0, 3, -1], 0, alternative='greater')
    expect(clusteredExcess(excesses([1, 2, 0, 3, -1]))).toBeCloseTo(0.115, 3);
  });
});

describe('the bootstrap over cases', () => {
  test('is wider than one over values where the values of a case go together', () => {
    const random = seededRandom(1);
    const groups = Array.from({ length: 20 }, () => Array(5).fill(random() * 100));
    const apart = groups.flat().map((value) => [value]);
    const width = (interval: { low: number; high: number } | null) => (interval === null ? 0 : interval.high - interval.low);
    expect(width(groupedMeanInterval(groups, seededRandom(2)))).toBeGreaterThan(1.7 * width(groupedMeanInterval(apart, seededRandom(2))));
  });
  test('goes over into the normal interval', () => {
    const random = seededRandom(3);
    const groups = Array.from({ length: 2001 }, () => [random(), random()]);
    const [few, many] = [groupedMeanInterval(groups.slice(0, 2000), seededRandom(4)), groupedMeanInterval(groups, seededRandom(4))];
    expect(many?.low).toBeCloseTo(few?.low ?? 0, 2);
    expect(many?.high).toBeCloseTo(few?.high ?? 0, 2);
  });
  test('needs two cases with values', () => expect(groupedMeanInterval([[1, 2], []], seededRandom(1))).toBeNull());
});
