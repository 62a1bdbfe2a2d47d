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
  // A dollar per million tokens is a million pico-dollars per token: whole numbers, so nothing is lost on the way.
  const picoPerToken = (usdPerMillion: number) => Math.round(usdPerMillion * 1e6);
  const pico =
    plain * picoPerToken(price.input) +
    read * picoPerToken(price.cachedInput ?? price.input) +
    write * picoPerToken(price.cacheWrite ?? price.input) +
    tokens.output * picoPerToken(price.output);
  return Math.round(pico / 1000);
};

/**
 * By exact name, else by the name behind the provider where one of the two names no provider. Letter case does not matter. A name
 * that fits several prices has none: a guess would look like a fact.
 */
const priceOf = (prices: Readonly<Record<string, Price>>, model: string): Price | null => {
  const wanted = model.toLowerCase();
  const entries = Object.entries(prices).map(([name, price]): [string, Price] => [name.toLowerCase(), price]);
  const exact = entries.find(([name]) => name === wanted);
  if (exact !== undefined) return exact[1];
  const [fit, ...others] = entries.filter(([name]) => behindProvider(name) === wanted || name === behindProvider(wanted));
  return fit === undefined || others.length > 0 ? null : fit[1];
};

/** `support-ft` of `acme/support-ft`; null where no provider is named. */
const behindProvider = (name: string): string | null => (name.includes('/') ? name.slice(name.indexOf('/') + 1) : null);
