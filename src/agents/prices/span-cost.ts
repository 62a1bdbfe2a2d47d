import type { Price } from '../../fleet/agent.ts';

/** Tokens of one model call; input includes cached, output includes reasoning. */
export interface Tokens {
  readonly input: number | null;
  readonly output: number | null;
  readonly cachedRead: number | null;
  readonly cachedWrite: number | null;
}

/** Nano-dollars of a call at the manifest's prices; null where the model has none or the tokens are not told. */
export const costOf = (prices: Readonly<Record<string, Price>>, model: string | null, tokens: Tokens | null): number | null => {
  if (model === null || tokens === null || tokens.input === null || tokens.output === null) return null;
  const price = priceOf(prices, model);
  if (price === null) return null;
  const read = Math.min(tokens.cachedRead ?? 0, tokens.input);
  const write = Math.min(tokens.cachedWrite ?? 0, tokens.input - read);
  const plain = tokens.input - read - write;
  const picoPerToken = (usdPerMillion: number) => Math.round(usdPerMillion * 1e6);
  const pico =
    plain * picoPerToken(price.input) +
    read * picoPerToken(price.cachedInput ?? price.input) +
    write * picoPerToken(price.cacheWrite ?? price.input) +
    tokens.output * picoPerToken(price.output);
  return Math.round(pico / 1000);
};

/** By exact name, then by the name behind its provider; letter case does not matter. */
const priceOf = (prices: Readonly<Record<string, Price>>, model: string): Price | null => {
  const wanted = model.toLowerCase();
  const entries = Object.entries(prices);
  const exact = entries.find(([name]) => name.toLowerCase() === wanted);
  if (exact !== undefined) return exact[1];
  const bare = (name: string) => name.toLowerCase().slice(name.indexOf('/') + 1);
  return entries.find(([name]) => bare(name) === bare(wanted))?.[1] ?? null;
};
