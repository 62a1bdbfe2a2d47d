import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rateLimitsOf, scarcest } from '../../../src/agents/providers/rate-limits.ts';
import { noon } from '../../support/facts.ts';

const at = (ms: number): string => new Date(noon + ms).toISOString();

describe('what an answer tells of rate limits', () => {
  test('Anthropic names each allowance and the instant it is whole again', () => {
    const headers = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': at(1200),
      'anthropic-ratelimit-input-tokens-limit': '40000',
      'anthropic-ratelimit-input-tokens-remaining': '39000',
      'anthropic-ratelimit-input-tokens-reset': '2026-11-23T12:00:30Z',
    };
    expect(rateLimitsOf(headers, Date.parse('2026-11-23T12:00:00Z'))).toMatchObject({
      requests: { limit: 50, remaining: 49 },
      input_tokens: { limit: 40_000, remaining: 39_000, resetMs: 30_000 },
    });
    expect(rateLimitsOf(headers, noon).requests?.resetMs).toBe(1200);
    expect(rateLimitsOf(headers, noon).tokens).toBeUndefined();
  });

  test.each([
    ['1s', 1000],
    ['6m0s', 360_000],
    ['120ms', 120],
    ['2m59.56s', 179_560],
    ['1h2m3s', 3_723_000],
    ['10', 10_000],
    ['0', 0],
    [String(Math.floor(noon / 1000) + 30), 30_000],
    [String(noon + 4500), 4500],
    ['soon', null],
    ['', null],
    ['999999999', null],
  ])('OpenAI and those who speak like it reset in %j', (written, ms) => {
    const headers = { 'x-ratelimit-remaining-tokens': '29980', 'x-ratelimit-limit-tokens': '30000', 'x-ratelimit-reset-tokens': written };
    expect(rateLimitsOf(headers, noon)).toEqual({ tokens: { limit: 30_000, remaining: 29_980, resetMs: ms } });
  });

  test('Azure tells what is left and not of how much', () => {
    expect(rateLimitsOf({ 'x-ratelimit-remaining-requests': '19' }, noon)).toEqual({
      requests: { limit: null, remaining: 19, resetMs: null },
    });
  });

  test('behind a gateway the limit of the provider is told, not that of the gateway', () => {
    const headers = {
      'x-ratelimit-limit-requests': '1000',
      'x-ratelimit-remaining-requests': '999',
      'llm_provider-x-ratelimit-limit-requests': '60',
      'llm_provider-x-ratelimit-remaining-requests': '2',
    };
    expect(rateLimitsOf(headers, noon).requests).toEqual({ limit: 60, remaining: 2, resetMs: null });
  });

  test('who does not say what is limited means requests; several windows are told by the one that counts', () => {
    expect(
      rateLimitsOf({ 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': String(noon + 9000) }, noon),
    ).toEqual({
      requests: { limit: 20, remaining: 7, resetMs: 9000 },
    });
    expect(rateLimitsOf({ 'ratelimit-limit': '100, 100;w=60, 10000;w=86400', 'ratelimit-remaining': '-3' }, noon).requests).toEqual({
      limit: 100,
      remaining: 0,
      resetMs: null,
    });
  });

  test('whatever stands in them, headers are read or passed over', () => {
    const names = [
      'x-ratelimit-limit-tokens',
      'x-ratelimit-remaining-tokens',
      'x-ratelimit-reset-tokens',
      'anthropic-ratelimit-tokens-reset',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.string()), (headers) => {
        for (const { limit, remaining, resetMs } of Object.values(rateLimitsOf(headers, noon)))
          for (const value of [limit, remaining, resetMs]) expect(value === null || (Number.isFinite(value) && value >= 0)).toBe(true);
      }),
    );
  });

  test('the scarcest allowance is the one of which the smallest part is left', () => {
    const limits = { requests: { limit: 50, remaining: 25, resetMs: null }, tokens: { limit: 1000, remaining: 20, resetMs: null } };
    expect(scarcest(limits)).toEqual({ name: 'tokens', share: 0.02 });
    expect(scarcest({ requests: { limit: null, remaining: 3, resetMs: null } })).toBeNull();
  });
});
