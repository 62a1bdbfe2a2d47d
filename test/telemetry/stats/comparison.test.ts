import { describe, expect, test } from 'vitest';
import { compareSamples, type Samples } from '../../../src/telemetry/stats/comparison.ts';
import { fakeRandom } from '../../support/fake-context.ts';

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Log-normal costs and latencies, as they are in life. */
const side = (
  n: number,
  random: () => number,
  scale: { cost?: number; latency?: number; errors?: number; quality?: number } = {},
): Samples => {
  const draws = (size: number) => Array.from({ length: n }, () => size * Math.exp(normal(random) * 0.6));
  return {
    n,
    errors: Math.round(n * (scale.errors ?? 0.02)),
    costNanos: draws(5e6 * (scale.cost ?? 1)),
    durationsUs: draws(2e6 * (scale.latency ?? 1)),
    steps: draws(4),
    outputTokens: draws(300),
    quality: Array.from({ length: n }, () => (scale.quality ?? 0.8) + 0.05 * normal(random)),
  };
};

const verdicts = (a: Samples, b: Samples) =>
  Object.fromEntries(compareSamples(a, b, fakeRandom(1)).map(({ metric, verdict }) => [metric, verdict]));

describe('two sides', () => {
  test('real differences are told, and which way they go', () => {
    const random = fakeRandom(5);
    const [a, b] = [side(400, random), side(400, random, { cost: 1.5, latency: 0.6, errors: 0.15, quality: 0.75 })];
    expect(verdicts(a, b)).toEqual({
      error_rate: 'worse',
      latency_p50: 'better',
      latency_p95: 'better',
      cost_per_request: 'worse',
      output_tokens: 'same',
      steps: 'same',
      quality: 'worse',
    });
  });

  test('the same twice shows a difference no more often than it says', () => {
    const random = fakeRandom(9);
    let told = 0;
    for (let round = 0; round < 60; round++)
      told += Object.values(verdicts(side(150, random), side(150, random))).filter(
        (verdict) => verdict === 'better' || verdict === 'worse',
      ).length;
    expect(told / (60 * 7)).toBeLessThan(0.08);
  });

  test('too little is told as that, never as a verdict', () => {
    const random = fakeRandom(2);
    expect(new Set(Object.values(verdicts(side(0, random), side(100, random))))).toEqual(new Set(['unknown']));
    expect(verdicts(side(8, random), side(8, random, { latency: 5 })).latency_p95).toBe('unknown');
  });
});
