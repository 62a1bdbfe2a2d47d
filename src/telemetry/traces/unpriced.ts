/** Whether a span whose usage counts and whose cost is not known has one: a failed call that tells no tokens has none. */
export const isUnpriced = (inTok: number | null, outTok: number | null, isError: number): boolean =>
  inTok !== null || outTok !== null || isError === 0;
