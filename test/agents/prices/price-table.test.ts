import { readFileSync } from 'node:fs';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listedProviders } from '../../../src/agents/prices/model-name.ts';
import { openPriceTable, priceEdition } from '../../../src/agents/prices/price-table.ts';
import { costAtRates, type Tokens } from '../../../src/agents/prices/token-rates.ts';

const table = openPriceTable();
const at = (iso: string): number => Date.parse(iso) * 1000;
const november = at('2026-11-23T12:00:00Z');
const usage = (parts: Partial<Tokens>): Tokens => ({ input: 0, output: 0, cachedRead: null, cachedWrite: null, ...parts });

const cost = (provider: string | null, model: string, tokens: Partial<Tokens>, atUs = november): number | null => {
  const levels = table.levels(provider, model, atUs);
  return levels === null ? null : costAtRates(levels, usage(tokens));
};

/** Worked out by hand from the vendors' dollars per million tokens as the list of 2026-09-23 has them. */
const known: readonly [string, string, Partial<Tokens>, number][] = [
  // (1000 − 300) × $2.50 + 300 × $1.25 + 50 × $10
  ['openai', 'gpt-4o', { input: 1000, cachedRead: 300, output: 50 }, 2_625_000],
  // 12 × $0.15 + 7 × $0.60
  ['openai', 'gpt-4o-mini-2024-07-18', { input: 12, output: 7 }, 6_000],
  // 4 × $0.02, and no word of output
  ['openai', 'text-embedding-3-small', { input: 4, output: null }, 80],
  // Reasoning is output: 100 × $1.25 + 900 × $10
  ['openai', 'gpt-5', { input: 100, output: 900, reasoning: 800 }, 9_125_000],
  // 600 × $3 + 300 × $0.30 + 100 × $3.75 + 50 × $15
  ['anthropic', 'claude-sonnet-4-5', { input: 1000, cachedRead: 300, cachedWrite: 100, output: 50 }, 3_015_000],
  // 900 × $3 + 100 × $6 (kept for an hour)
  ['anthropic', 'claude-sonnet-4-5', { input: 1000, cachedWrite1h: 100 }, 3_300_000],
  // Above 200,000 tokens of input all tokens double: 200,001 × $6 + 10 × $22.50
  ['anthropic', 'claude-sonnet-4-5', { input: 200_001, output: 10 }, 1_200_231_000],
  ['anthropic', 'claude-sonnet-4-5', { input: 200_000, output: 10 }, 600_150_000],
  // 1000 × $1.25 + 500 × $10, thoughts counted as output
  ['google', 'gemini-2.5-pro', { input: 1000, output: 500, reasoning: 400 }, 6_250_000],
  // No price for what was written to the cache: as any input
  ['google', 'gemini-2.5-pro', { input: 1000, cachedWrite: 1000 }, 1_250_000],
  // 500 × $0.30 + 500 × $0.03
  ['google', 'gemini-2.5-flash', { input: 1000, cachedRead: 500 }, 165_000],
  // 1000 × $1 + 100 × $1, and $12 per thousand calls
  ['perplexity', 'sonar', { input: 1000, output: 100 }, 13_100_000],
];

describe('list prices', () => {
  test.each(known)('%s %s %j', (provider, model, tokens, nanos) => expect(cost(provider, model, tokens)).toBe(nanos));

  test('a price is that of the time of the call', () => {
    // o3 fell from $10 to $2 on 2025-06-10.
    expect(cost('openai', 'o3', { input: 1000 }, at('2025-06-09T23:59:59Z'))).toBe(10_000_000);
    expect(cost('openai', 'o3', { input: 1000 }, at('2025-06-10T00:00:00Z'))).toBe(2_000_000);
    // deepseek-chat costs half outside 00:30 to 16:30 UTC.
    expect(cost('deepseek', 'deepseek-chat', { input: 1000 }, at('2026-01-05T00:30:00Z'))).toBe(270_000);
    expect(cost('deepseek', 'deepseek-chat', { input: 1000 }, at('2026-01-05T16:30:00Z'))).toBe(135_000);
  });

  test.each([
    ['aws.bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['amazon-bedrock', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
    [null, 'bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['gcp.vertex_ai', 'claude-sonnet-4-5@20250929'],
    ['azure.ai.openai', 'gpt-4o-mini'],
    ['azure_openai', 'gpt-4o-mini-2024-07-18'],
    [null, 'azure/gpt-4o-mini'],
    ['openai.responses', 'gpt-4o-mini'],
    [null, 'openrouter/openai/gpt-4o-mini'],
    ['litellm', 'openai/gpt-4o-mini'],
    [null, 'litellm_proxy/openai/gpt-4o-mini'],
    ['google.generative-ai', 'models/gemini-2.5-flash'],
    [null, 'gemini/gemini-2.5-flash'],
    [null, 'GPT-4o-mini '],
  ])('%s %s has a price', (provider, model) => expect(cost(provider, model, { input: 1000, output: 10 })).toBeGreaterThan(0));

  test.each([
    ['openai', 'support-ft'],
    ['vllm', 'gpt-4o'],
    ['openai-compatible', 'gpt-4o'],
    ['ollama', 'mistral-7b'],
    [null, 'our/own-model'],
    ['openai', 'whisper-1'],
    [null, ''],
    [null, 'litellm/litellm/'],
  ])('%s %s has none', (provider, model) => expect(table.levels(provider, model, november)).toBeNull());

  test('names longer than any model has are not looked for', () =>
    expect(table.levels('openai', 'gpt-4o'.padEnd(100_000, 'x'), november)).toBeNull());

  test('a free model costs nothing, which is not the same as unknown', () =>
    expect(cost('openrouter', 'deepseek/deepseek-r1:free', { input: 1000, output: 10 })).toBe(0));

  test('output that costs and is not told leaves the cost unknown', () =>
    expect(cost('openai', 'gpt-4o', { input: 1000, output: null })).toBeNull());

  test('the edition is the pinned one', () => {
    const { dependencies } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(dependencies['@pydantic/genai-prices']).toBe(priceEdition.version);
  });
});

describe('against the library itself', () => {
  const providers = listedProviders.map((id) => findProvider({ providerId: id }));

  test('every provider of ours is one of the list', () => expect(providers.map((provider) => provider?.id)).toEqual(listedProviders));

  const models = providers.flatMap((provider) => (provider?.models ?? []).map(({ id }) => ({ provider: provider?.id ?? '', id })));
  const counts = fc.record({
    plain: fc.nat(400_000),
    read: fc.nat(300_000),
    write: fc.nat(50_000),
    write1h: fc.nat(50_000),
    plainOutput: fc.nat(60_000),
    reasoning: fc.nat(60_000),
    atMs: fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2026-12-31') }),
  });

  test(`whole numbers give what its floating point gives, for all ${models.length} models`, () => {
    expect(models.length).toBeGreaterThan(1500);
    for (const { provider, id } of models) {
      const check = (count: typeof counts extends fc.Arbitrary<infer Count> ? Count : never) => {
        const input = count.plain + count.read + count.write + count.write1h;
        const output = count.plainOutput + count.reasoning;
        const levels = table.levels(provider, id, count.atMs * 1000);
        if (levels === null) return;
        const ours = costAtRates(levels, {
          input,
          output,
          cachedRead: count.read,
          cachedWrite: count.write,
          cachedWrite1h: count.write1h,
          reasoning: count.reasoning,
        });
        const theirs = calcPrice(
          {
            input_tokens: input,
            output_tokens: output,
            cache_read_tokens: count.read,
            cache_write_tokens: count.write + count.write1h,
            cache_write_5m_tokens: count.write,
            cache_write_1h_tokens: count.write1h,
            output_reasoning_tokens: count.reasoning,
          },
          id,
          { providerId: provider, timestamp: new Date(count.atMs) },
        );
        // Half a nano-dollar by rounding; six models have prices that are no whole number of pico-dollars per token.
        expect(Math.abs((ours ?? Number.NaN) - (theirs?.total_price ?? Number.NaN) * 1e9)).toBeLessThanOrEqual(
          0.51 + (count.write + count.write1h) * 0.0005,
        );
      };
      fc.assert(fc.property(counts, check), { numRuns: 20 });
    }
  });
});
