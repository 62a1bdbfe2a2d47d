import type { Price } from '../../fleet/agent.ts';
import { canonicalName } from './model-name.ts';
import type { PriceTable } from './price-table.ts';
import { tierPercent } from './service-tier.ts';
import { costAtRates, type Level, type Tokens } from './token-rates.ts';

export type { Tokens } from './token-rates.ts';

type Prices = Readonly<Record<string, Price>>;

/** Nano-dollars of a call at the manifest's prices; null where the model has none or the tokens are not told. */
export const costOf = (prices: Prices, model: string | null, tokens: Tokens | null): number | null => {
  if (model === null || tokens === null) return null;
  const price = priceOf(prices, model);
  return price === null ? null : costAtRates(levelsOf(price), tokens);
};

/** What a cost is worked out from. */
export interface Priced {
  /** One name for each provider, as `providerName` gives it. */
  readonly provider: string | null;
  readonly model: string | null;
  readonly tokens: Tokens;
  /** UTC epoch microseconds. */
  readonly startUs: number;
  readonly serviceTier: string | null;
  readonly reportedCostNanos: number | null;
}

/** A cost and where it comes from: the manifest's prices, the span's source, the public price list, or nowhere. */
export interface SpanCost {
  /** Nano-dollars; null: unknown, never 0. */
  readonly nanos: number | null;
  readonly from: 'manifest' | 'source' | 'list' | null;
}

const unknown: SpanCost = { nanos: null, from: null };

/** More models than any fleet uses: beyond, somebody makes them up. */
const mostRemembered = 10_000;

/**
 * Works out the cost of spans: the manifest's price, else the cost that the source reports (if it is trusted to), else the public list
 * price, else unknown. Each model is looked up once.
 */
export const openPricer = (prices: Prices, table: PriceTable, trustReported: boolean): ((span: Priced) => SpanCost) => {
  const canonical = Object.fromEntries(Object.entries(prices).map(([name, price]) => [canonicalName(name), price]));
  const hasPrices = Object.keys(prices).length > 0;
  const known = new Map<string, readonly Level[] | null>();
  const ownLevels = (provider: string | null, model: string): readonly Level[] | null => {
    const name = provider === null ? model : `${provider}/${model}`;
    let levels = known.get(name);
    if (levels === undefined) {
      if (known.size >= mostRemembered) known.clear();
      const price = priceOf(canonical, canonicalName(name));
      levels = price === null ? null : levelsOf(price);
      known.set(name, levels);
    }
    return levels;
  };
  return ({ provider, model, tokens, startUs, serviceTier, reportedCostNanos }) => {
    const own = hasPrices && model !== null ? ownLevels(provider, model) : null;
    const percent = tierPercent(provider, serviceTier);
    const ownNanos = own === null ? null : costAtRates(own, tokens, percent);
    if (ownNanos !== null) return { nanos: ownNanos, from: 'manifest' };
    if (trustReported && reportedCostNanos !== null) return { nanos: reportedCostNanos, from: 'source' };
    if (model === null || (tokens.input === null && tokens.output === null)) return unknown;
    const listed = table.levels(provider, model, startUs);
    const nanos = listed === null ? null : costAtRates(listed, tokens, percent);
    return nanos === null ? unknown : { nanos, from: 'list' };
  };
};

/**
 * By exact name, else by the name behind the provider where one of the two names no provider. Letter case does not matter. A name
 * that fits several prices has none: a guess would look like a fact.
 */
const priceOf = (prices: Prices, model: string): Price | null => {
  const wanted = model.toLowerCase();
  const entries = Object.entries(prices).map(([name, price]): [string, Price] => [name.toLowerCase(), price]);
  const exact = entries.find(([name]) => name === wanted);
  if (exact !== undefined) return exact[1];
  const [fit, ...others] = entries.filter(([name]) => behindProvider(name) === wanted || name === behindProvider(wanted));
  return fit === undefined || others.length > 0 ? null : fit[1];
};

/** `support-ft` of `acme/support-ft`; null where no provider is named. */
const behindProvider = (name: string): string | null => (name.includes('/') ? name.slice(name.indexOf('/') + 1) : null);

const levelsOf = (price: Price): readonly Level[] => {
  const pico = (usdPerMillion: number) => Math.round(usdPerMillion * 1e6);
  const [input, output, cachedWrite] = [pico(price.input), pico(price.output), pico(price.cacheWrite ?? price.input)];
  const cachedRead = pico(price.cachedInput ?? price.input);
  return [{ above: -1, rates: { input, output, cachedRead, cachedWrite, cachedWrite1h: cachedWrite, reasoning: output, request: 0 } }];
};
