import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/agents/protocols/port.ts';
import { retryDelay } from '../../../src/quality/health/retry.ts';
import { turn } from '../../support/turn.ts';

const policy = { max: 3, on: ['unreachable', 'rate_limited', 'malformed', 'truncated'] } as const;
const ended = (outcome: Outcome, retryAfterMs: number | null = null) => turn({ outcome, retryAfterMs });

describe('whether there is another attempt', () => {
  test.each<[Outcome, number, boolean]>([
    ['unreachable', 1, true],
    ['unreachable', 3, true],
    ['unreachable', 4, false],
    ['agent_error', 1, false],
    ['ok', 1, false],
    ['unauthorized', 1, false],
    ['malformed', 1, true],
    ['malformed', 2, false],
    ['truncated', 1, true],
    ['truncated', 2, false],
  ])('%s after %d: %s', (outcome, attempt, again) => expect(retryDelay(policy, ended(outcome), attempt, 0.5) !== null).toBe(again));

  test('none where the policy allows none', () => expect(retryDelay({ max: 0, on: policy.on }, ended('unreachable'), 1, 0.5)).toBeNull());
});

describe('how long it waits', () => {
  test('it backs off by doubling, half to one and a half times', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
        const delay = retryDelay(policy, ended('unreachable'), attempt, random) ?? Number.NaN;
        const base = [250, 500, 1000][attempt - 1] ?? 0;
        expect(delay).toBeGreaterThanOrEqual(base / 2);
        expect(delay).toBeLessThanOrEqual(base * 1.5);
      }),
    ));

  test.each([
    [3000, 3000],
    [10_000, 10_000],
    [10_001, null],
    [60_000, null],
  ])('an agent that says to come back after %d ms', (retryAfterMs, delay) =>
    expect(retryDelay(policy, ended('rate_limited', retryAfterMs), 1, 0.5)).toBe(delay),
  );

  test('not sooner than its own backoff, even if told to', () => expect(retryDelay(policy, ended('rate_limited', 0), 1, 0.5)).toBe(250));
});
