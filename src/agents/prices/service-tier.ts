/**
 * What a tier costs, in percent of the list price: usual figures of the vendors' own price pages, since no price list has them. Priority
 * is dearer where it is sold by the call; where capacity is bought ahead (Anthropic) the price of a token stays.
 */
const percents: ReadonlyMap<string, number> = new Map([
  ['batch', 50],
  ['flex', 50],
  ['openai priority', 200],
  ['azure priority', 200],
  ['google priority', 180],
  ['aws priority', 175],
  ['groq flex', 100],
]);

/** Percent of the list price at a tier; 100 for the usual one and for a tier that nobody knows. */
export const tierPercent = (provider: string | null, tier: string | null): number =>
  tier === null ? 100 : (percents.get(`${provider} ${tier}`) ?? percents.get(tier) ?? 100);
