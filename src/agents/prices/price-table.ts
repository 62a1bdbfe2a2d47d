import { type ConditionalPrice, calcPrice, type ModelPrice } from '@pydantic/genai-prices';
import { pricedNames } from './model-name.ts';
import type { Level, Rates } from './token-rates.ts';

/** Which prices these are; shown wherever a cost computed from them is. The date is the day the list was published. */
export const priceEdition = { name: 'genai-prices', version: '0.1.8', date: '2026-09-23' } as const;

/** The price of a model at a time of the past: rates by level, or null where it is not known or not by token. */
export interface PriceTable {
  levels(provider: string | null, model: string, atUs: number): readonly Level[] | null;
}

/** A price that holds under a condition. Conditions are looked at from the last to the first. */
interface Period {
  readonly holds: (atMs: number) => boolean;
  readonly levels: readonly Level[] | null;
}

/** More names than any fleet uses: beyond, somebody makes them up, and remembering them all would fill the memory. */
const mostRemembered = 10_000;

/**
 * The bundled public list prices. A model is looked up once and its prices compiled to whole numbers; from then on a price is a look into a
 * map. Times of day and changes of price are judged by the time of the call.
 */
export const openPriceTable = (): PriceTable => {
  const known = new Map<string, readonly Period[]>();
  return {
    levels(provider, model, atUs) {
      const key = `${provider ?? ''}\n${model}`;
      let periods = known.get(key);
      if (periods === undefined) {
        if (known.size >= mostRemembered) known.clear();
        periods = periodsOf(provider, model);
        known.set(key, periods);
      }
      if (periods.length === 0) return null;
      return (periods.findLast(({ holds }) => holds(atUs / 1000)) ?? periods[0])?.levels ?? null;
    },
  };
};

/** Empty where no spelling of the name is in the list. */
const periodsOf = (provider: string | null, model: string): readonly Period[] => {
  for (const name of pricedNames(provider, model)) {
    // No usage: only the model's entry is wanted, with the prices of all times.
    const found = calcPrice({}, name.model, name.provider === null ? {} : { providerId: name.provider });
    if (found === null) continue;
    const { prices } = found.model;
    return (Array.isArray(prices) ? prices : [{ prices }]).map(periodOf);
  }
  return [];
};

const dayMs = 86_400_000;

const periodOf = ({ constraint, prices }: ConditionalPrice): Period => {
  const levels = levelsOf(prices);
  if (constraint === undefined) return { levels, holds: () => true };
  if (constraint.type === 'start_date') {
    const from = Date.parse(constraint.start_date);
    return { levels, holds: (atMs) => atMs >= from };
  }
  const [from, to] = [timeOfDay(constraint.start_time), timeOfDay(constraint.end_time)];
  const holds = (atMs: number) => {
    const at = atMs % dayMs;
    return to < from ? at >= from || at < to : at >= from && at < to;
  };
  return { levels, holds };
};

/** Milliseconds since midnight UTC of `16:30:00Z`. */
const timeOfDay = (time: string): number => (Date.parse(`1970-01-02T${time}`) + dayMs) % dayMs;

const picosPerDollarPerMillion = 1e6;
const picosPerDollarPerThousand = 1e9;

/** Null where the model is sold by the hour, the page or the picture, so that its tokens say nothing. An empty price is a free model. */
const levelsOf = (prices: ModelPrice): readonly Level[] | null => {
  const isByToken = prices['input_mtok'] !== undefined || prices['output_mtok'] !== undefined || prices['requests_kcount'] !== undefined;
  if (!isByToken && Object.keys(prices).length > 0) return null;
  const starts = new Set(
    Object.values(prices).flatMap((price) => (typeof price === 'object' ? price.tiers.map(({ start }) => start) : [])),
  );
  return [-1, ...[...starts].sort((a, b) => a - b)].map((above) => ({ above, rates: ratesAt(prices, above) }));
};

/** Parts without a price of their own cost as much as what they are part of. */
const ratesAt = (prices: ModelPrice, above: number): Rates => {
  const rate = (name: string, otherwise: number): number => {
    const price = prices[name];
    if (price === undefined) return otherwise;
    if (typeof price === 'number') return Math.round(price * picosPerDollarPerMillion);
    const tier = price.tiers.toSorted((a, b) => a.start - b.start).findLast(({ start }) => start <= above);
    return Math.round((tier?.price ?? price.base) * picosPerDollarPerMillion);
  };
  const input = rate('input_mtok', 0);
  const output = rate('output_mtok', 0);
  const cachedWrite = rate('cache_write_mtok', input);
  const perThousand = prices['requests_kcount'];
  return {
    input,
    output,
    cachedRead: rate('cache_read_mtok', input),
    cachedWrite,
    cachedWrite1h: rate('cache_write_1h_mtok', cachedWrite),
    reasoning: rate('output_reasoning_mtok', output),
    request: typeof perThousand === 'number' ? Math.round(perThousand * picosPerDollarPerThousand) : 0,
  };
};
