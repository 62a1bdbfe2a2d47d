/** Draws numbers in [0, 1). */
export type Chance = () => number;

/**
 * Numbers that look random and are the same for the same seed everywhere: FNV-1a makes a state of the seed, mulberry32 draws from it.
 * Fit for made-up data, not for secrets.
 */
export const chanceOf = (seed: string): Chance => {
  let state = 0x811c9dc5;
  for (let at = 0; at < seed.length; at++) state = Math.imul(state ^ seed.charCodeAt(at), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Around a median, as times and token counts lie: log-normal, never more than four spreads away. A whole number. */
export const around = (chance: Chance, median: number, spread: number): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return Math.round(median * Math.exp(spread * Math.max(-4, Math.min(4, normal))));
};

/** One of some, each as likely as the other. */
export const oneOf = <Item>(chance: Chance, items: readonly [Item, ...Item[]]): Item =>
  items[Math.floor(chance() * items.length)] ?? items[0];

/** Lower-case hex digits, never all zero. */
export const hexOf = (chance: Chance, digits: 16 | 32): string =>
  Array.from({ length: digits / 8 }, () =>
    Math.floor(1 + chance() * 0xffff_fffe)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
