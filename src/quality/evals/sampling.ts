import { createHash } from 'node:crypto';

/** How many to keep: so many, or such a share (0 to 1, rounded up). */
export type SampleSize = { readonly count: number } | { readonly share: number };

/** Where an item stands in the lottery of a seed: uniform in [0, 1), and of no other item's making. */
export const lotOf = (seed: string, id: string): number => {
  const bytes = createHash('sha256').update(`${seed}\u0000${id}`).digest();
  return bytes.readUIntBE(0, 6) / 2 ** 48;
};

/**
 * Draws a sample from items seen one by one, by their lots alone: the same seed draws the same items in any order, and a larger sample
 * holds a smaller one. With strata, each has its share of the sample, the largest remainders rounded up.
 */
export const openLottery = (size: SampleSize, seed: string) => {
  const lots = new Map<string, number[]>();
  let total = 0;
  return {
    see(id: string, stratum = ''): void {
      total += 1;
      const known = lots.get(stratum);
      if (known === undefined) lots.set(stratum, [lotOf(seed, id)]);
      else known.push(lotOf(seed, id));
    },
    /** Whether an item that was seen is drawn; asked when all were seen. */
    draw(): (id: string, stratum?: string) => boolean {
      const wanted = 'count' in size ? Math.min(size.count, total) : Math.ceil(size.share * total);
      const highest = new Map<string, number>();
      for (const [stratum, seats] of seatsOf(lots, total, wanted)) {
        const sorted = (lots.get(stratum) ?? []).sort((a, b) => a - b);
        highest.set(stratum, seats === 0 ? -1 : (sorted[seats - 1] ?? -1));
      }
      return (id, stratum = '') => lotOf(seed, id) <= (highest.get(stratum) ?? -1);
    },
  };
};

/** How many of each stratum: the quota, and one more where the remainder is largest. */
const seatsOf = (lots: ReadonlyMap<string, readonly number[]>, total: number, wanted: number): ReadonlyMap<string, number> => {
  const quotas = [...lots].map(([stratum, { length }]) => {
    const exact = total === 0 ? 0 : (length * wanted) / total;
    return { stratum, seats: Math.floor(exact), remainder: exact - Math.floor(exact) };
  });
  let left = wanted - quotas.reduce((sum, { seats }) => sum + seats, 0);
  const byRemainder = [...quotas].sort((a, b) => b.remainder - a.remainder || (a.stratum < b.stratum ? -1 : 1));
  return new Map(byRemainder.map(({ stratum, seats }) => [stratum, left-- > 0 ? seats + 1 : seats]));
};
