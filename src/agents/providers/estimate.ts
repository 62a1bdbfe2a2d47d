import type { Price } from '../../fleet/agent.ts';
import { dig, digNumber, digString } from '../../ground/json.ts';
import type { PriceTable } from '../prices/price-table.ts';
import { costOf } from '../prices/span-cost.ts';
import { costAtRates } from '../prices/token-rates.ts';
import type { Provider } from './provider.ts';

/** The model that an endpoint asks for; null: it names none. */
export const modelOf = (config: unknown): string | null => digString(config, 'model');

/** Letters that a token stands for, at least, and tokens that wrap a message. */
const lettersPerToken = 3;
const wrappingTokens = 20;
/** What a model writes at most where the endpoint does not limit it: the anthropic protocol does so itself. */
const usualMostTokens = 1024;

const limitNames = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const;

/** Tokens that a probe takes at most. */
const mostTokens = ({ probe: { config }, input }: Pick<Provider, 'probe' | 'input'>) => {
  const told = limitNames.flatMap((name) => digNumber(dig(config, 'params'), name) ?? []);
  return { input: Math.ceil(input.length / lettersPerToken) + wrappingTokens, output: told[0] ?? usualMostTokens };
};

/**
 * What a probe costs at most, nano-dollars: at the manifest's price, else that of the public list; null: nobody knows the price.
 * @param model the one that is asked for; null: the endpoint names none @param now UTC epoch ms
 */
export const mostCost = (
  provider: Pick<Provider, 'name' | 'probe' | 'input'>,
  model: string | null,
  { prices, table, now }: { readonly prices: Readonly<Record<string, Price>>; readonly table: PriceTable; readonly now: number },
): number | null => {
  if (model === null) return null;
  const told = mostTokens(provider);
  const tokens = { input: told.input, output: told.output, cachedRead: null, cachedWrite: null, reasoning: null };
  const own = costOf(prices, model, tokens) ?? costOf(prices, `${provider.name}/${model}`, tokens);
  if (own !== null) return own;
  const levels = table.levels(null, model, now * 1000);
  return levels === null ? null : costAtRates(levels, tokens);
};
