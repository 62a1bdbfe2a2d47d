/** Tokens of a call, cached ones in the input. */
export interface CallTokens {
  readonly input: number;
  readonly output: number;
  readonly cachedRead: number;
  readonly cachedWrite: number;
  readonly cachedWrite1h: number;
}

/** A model as traces name it. */
export interface ModelName {
  readonly provider: string | null;
  readonly model: string;
}

/** Nano-dollars of a call at an instant (UTC epoch microseconds), at the manifest's or the public list price; null: it has none. */
export type PriceOf = (model: ModelName, tokens: CallTokens, atUs: number) => number | null;

/** Nano-dollars a token. */
export interface TokenRates {
  readonly input: number;
  readonly output: number;
  readonly cachedRead: number;
  readonly cachedWrite: number;
  readonly cachedWrite1h: number;
}

const none: CallTokens = { input: 0, output: 0, cachedRead: 0, cachedWrite: 0, cachedWrite1h: 0 };
/** Enough for whole nano-dollars, and below every level at which prices rise. */
const sample = 10_000;

/** What a token of each sort costs; null where the model has no price by token. */
export const ratesOf = (price: PriceOf, model: ModelName, atUs: number): TokenRates | null => {
  const of = (tokens: Partial<CallTokens>): number | null => price(model, { ...none, ...tokens }, atUs);
  const flat = of({});
  const rate = (tokens: Partial<CallTokens>): number | null => {
    const nanos = of(tokens);
    return nanos === null || flat === null ? null : (nanos - flat) / sample;
  };
  const input = rate({ input: sample });
  const output = rate({ output: sample });
  const cachedRead = rate({ input: sample, cachedRead: sample });
  const cachedWrite = rate({ input: sample, cachedWrite: sample });
  const cachedWrite1h = rate({ input: sample, cachedWrite1h: sample });
  if (input === null || output === null || cachedRead === null || cachedWrite === null || cachedWrite1h === null) return null;
  return { input, output, cachedRead, cachedWrite, cachedWrite1h };
};
