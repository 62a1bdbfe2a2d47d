import { describe, expect, test } from 'vitest';
import { canonicalName, providerName } from '../../../src/agents/prices/model-name.ts';
import { openPriceTable } from '../../../src/agents/prices/price-table.ts';
import { costOf, openPricer, type Priced } from '../../../src/agents/prices/span-cost.ts';
import type { Price } from '../../../src/fleet/agent.ts';

const price = (input: number, output: number, cachedInput: number | null = null): Price => ({
  input,
  output,
  cachedInput,
  cacheWrite: null,
});
const call = (parts: Partial<Priced>): Priced => ({
  provider: 'openai',
  model: 'gpt-4o-mini',
  tokens: { input: 1000, output: 100, cachedRead: null, cachedWrite: null },
  startUs: Date.parse('2026-11-23T00:00:00Z') * 1000,
  serviceTier: null,
  reportedCostNanos: null,
  ...parts,
});
const pricer = (prices: Readonly<Record<string, Price>>, trust: boolean) => openPricer(prices, openPriceTable(), trust);

describe('where a cost comes from', () => {
  const reported = { reportedCostNanos: 42 };

  test('the manifest before all', () =>
    expect(pricer({ 'openai/gpt-4o-mini': price(1, 2) }, true)(call(reported))).toEqual({ nanos: 1_200_000, from: 'manifest' }));
  test('the source, where it is trusted', () => expect(pricer({}, true)(call(reported))).toEqual({ nanos: 42, from: 'source' }));
  test('the list, where the source is not trusted or says nothing', () => {
    expect(pricer({}, false)(call(reported))).toEqual({ nanos: 210_000, from: 'list' });
    expect(pricer({}, true)(call({}))).toEqual({ nanos: 210_000, from: 'list' });
  });
  test('nowhere', () => {
    const none = { nanos: null, from: null };
    expect(pricer({}, false)(call({ model: 'support-ft', ...reported }))).toEqual(none);
    expect(pricer({}, true)(call({ model: null }))).toEqual(none);
    expect(pricer({}, true)(call({ tokens: { input: null, output: null, cachedRead: null, cachedWrite: null } }))).toEqual(none);
    expect(pricer({}, true)(call({ tokens: { input: 5, output: null, cachedRead: null, cachedWrite: null } }))).toEqual(none);
  });
  test('a reported cost of nothing is a cost', () =>
    expect(pricer({}, true)(call({ reportedCostNanos: 0 }))).toEqual({ nanos: 0, from: 'source' }));
});

describe("the manifest's names", () => {
  const costs = (prices: Readonly<Record<string, Price>>, provider: string | null, model: string) =>
    pricer(prices, false)(call({ provider, model })).from === 'manifest';

  test.each([
    ['acme/support-ft', 'acme', 'support-ft'],
    ['acme/support-ft', null, 'acme/support-ft'],
    ['acme/support-ft', 'litellm', 'acme/support-ft'],
    ['support-ft', 'acme', 'support-ft'],
    ['Acme/Support-FT', 'acme', 'support-ft'],
    ['bedrock/our-model', 'aws', 'our-model'],
    ['azure/our-deployment', 'azure', 'our-deployment'],
  ])('%s is the price of %s %s', (name, provider, model) => expect(costs({ [name]: price(1, 1) }, provider, model)).toBe(true));

  test.each([
    ['azure/gpt-4o-mini', 'openai', 'gpt-4o-mini'],
    ['acme/support-ft', 'other', 'support-ft'],
  ])('%s is not the price of %s %s', (name, provider, model) => expect(costs({ [name]: price(1, 1) }, provider, model)).toBe(false));

  test('a name that fits two prices has none', () =>
    expect(costOf({ 'a/m': price(1, 1), 'b/m': price(2, 2) }, 'm', call({}).tokens)).toBeNull());
});

test.each([
  ['openai', 'batch', 105_000],
  ['openai', 'flex', 105_000],
  ['openai', 'priority', 420_000],
  ['openai', 'default', 210_000],
  ['openai', 'constructor', 210_000],
])('%s at tier %s', (provider, serviceTier, nanos) => expect(pricer({}, false)(call({ provider, serviceTier })).nanos).toBe(nanos));

test('a pricer of made-up models stays small', () => {
  const cost = pricer({ 'a/b': price(1, 1) }, false);
  for (let at = 0; at < 25_000; at++) expect(cost(call({ model: `made-up-${at}` })).nanos).toBeNull();
  expect(cost(call({ provider: 'a', model: 'b' })).from).toBe('manifest');
});

describe('names', () => {
  test.each([
    ['aws.bedrock', null, 'aws'],
    ['gcp.vertex_ai', null, 'google'],
    ['azure.ai.openai', null, 'azure'],
    ['azure_openai', null, 'azure'],
    ['Anthropic', null, 'anthropic'],
    ['anthropic.messages', null, 'anthropic'],
    ['google.vertex.chat', null, 'google'],
    ['x_ai', null, 'x-ai'],
    ['My vLLM', null, 'my vllm'],
    [null, 'openrouter/anthropic/claude', 'openrouter'],
    [null, 'litellm/openai/gpt-4o', 'openai'],
    [null, 'gpt-4o', null],
    [null, 'litellm/'.repeat(500), null],
  ])('provider %s of model %.40s is %s', (provider, model, name) => expect(providerName(provider, model)).toBe(name));

  test.each([
    ['bedrock/x', 'aws/x'],
    ['openai/openai/x', 'openai/x'],
    ['openrouter/openai/x', 'openrouter/openai/x'],
    ['acme/x', 'acme/x'],
  ])('%s is %s', (model, name) => expect(canonicalName(model)).toBe(name));
});
