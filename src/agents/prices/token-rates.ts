/** Tokens of one model call; input includes cached, output includes reasoning. Null: not told. */
export interface Tokens {
  readonly input: number | null;
  readonly output: number | null;
  readonly cachedRead: number | null;
  /** Written for five minutes, or for a time that is not told. */
  readonly cachedWrite: number | null;
  /** Written for an hour. */
  readonly cachedWrite1h?: number | null;
  readonly reasoning?: number | null;
}

/** What a call costs, in whole pico-dollars (1e-12 USD) per token. A dollar per million tokens is a million of them. */
export interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cachedRead: number;
  readonly cachedWrite: number;
  readonly cachedWrite1h: number;
  readonly reasoning: number;
  /** Pico-dollars per call, on top of its tokens. */
  readonly request: number;
}

/** Rates that hold for calls with more input than `above` tokens, all of whose tokens they then price. */
export interface Level {
  readonly above: number;
  readonly rates: Rates;
}

/** Nano-dollars of a call; the levels stand from low to high. Null where tokens that cost something are not told. */
export const costAtRates = (levels: readonly Level[], tokens: Tokens, percent = 100): number | null => {
  if (tokens.input === null && tokens.output === null) return null;
  const input = tokens.input ?? 0;
  const rates = (levels.findLast(({ above }) => input > above) ?? levels[0])?.rates;
  if (rates === undefined) return null;
  if ((tokens.input === null && rates.input > 0) || (tokens.output === null && rates.output > 0)) return null;
  const output = tokens.output ?? 0;
  // Parts beyond the whole cannot be: what is left over bounds each.
  const read = Math.min(tokens.cachedRead ?? 0, input);
  const write1h = Math.min(tokens.cachedWrite1h ?? 0, input - read);
  const write = Math.min(tokens.cachedWrite ?? 0, input - read - write1h);
  const reasoning = Math.min(tokens.reasoning ?? 0, output);
  const picos =
    (input - read - write - write1h) * rates.input +
    read * rates.cachedRead +
    write * rates.cachedWrite +
    write1h * rates.cachedWrite1h +
    (output - reasoning) * rates.output +
    reasoning * rates.reasoning +
    rates.request;
  return Math.round((picos * percent) / 100_000);
};
