import type { Tokens } from '../../../agents/prices/span-cost.ts';
import type { Price } from '../../../fleet/agent.ts';

/**
 * Nano-dollars of a call by the manifest's prices, else by the public list; null: unknown.
 * @param atMs UTC epoch ms of the call
 */
export type CallPrice = (model: string | null, tokens: Tokens | null, atMs: number) => number | null;

/** The price list is only loaded where somebody is asked. */
export const loadPricer = async (prices: Readonly<Record<string, Price>>): Promise<CallPrice> => {
  const [{ openPricer }, { openPriceTable }] = await Promise.all([
    import('../../../agents/prices/span-cost.ts'),
    import('../../../agents/prices/price-table.ts'),
  ]);
  const price = openPricer(prices, openPriceTable(), false);
  return (model, tokens, atMs) =>
    model === null || tokens === null
      ? null
      : price({ provider: null, model, tokens, startUs: atMs * 1000, serviceTier: null, reportedCostNanos: null }).nanos;
};
