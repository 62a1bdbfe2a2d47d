/** What a tier costs, in percent of the list price; usual figures of the vendors' own price pages, since no price list has them. */
const everywhere: Readonly<Record<string, number>> = { batch: 50, flex: 50 };

/** Priority is dearer where it is sold by the call; where capacity is bought ahead (Anthropic) the price of a token stays. */
const byProvider: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  openai: { priority: 200 },
  azure: { priority: 200 },
  google: { priority: 180 },
  aws: { priority: 175 },
  groq: { flex: 100 },
};

/** Percent of the list price at a tier; 100 for the usual one and for a tier that nobody knows. */
export const tierPercent = (provider: string | null, tier: string | null): number => {
  if (tier === null) return 100;
  const own = provider === null ? undefined : byProvider[provider];
  return own?.[tier] ?? everywhere[tier] ?? 100;
};
