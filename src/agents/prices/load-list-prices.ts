import type { PriceTable } from './price-table.ts';

let loaded: Promise<PriceTable> | null = null;

/** The public price list, read when it is first asked for: most runs need none, and it is as large as the rest of them together. */
export const loadListPrices = (): Promise<PriceTable> => {
  loaded ??= import('./price-table.ts').then(({ openPriceTable }) => openPriceTable());
  return loaded;
};
