import type { ModelName } from './pricing.ts';

/** How a model's provider caches prompts, by the vendors' own pages as of November 2026. */
export interface CacheRule {
  /** Prefixes shorter than this are not cached, tokens. */
  readonly leastTokens: number;
  /** It needs no request for it: what is missed is missed by how prompts are built. */
  readonly isAutomatic: boolean;
  /** How long a prefix is kept after it was last used, minutes; the range where the vendor promises no figure. */
  readonly minutes: { readonly value: number; readonly low: number; readonly high: number };
  /** It can also be kept for an hour, at a higher price to write. */
  readonly hasHour: boolean;
}

const fiveMinutes = { value: 5, low: 5, high: 5 };
const untold = { value: 7, low: 5, high: 10 };

const claude = (leastTokens: number): CacheRule => ({ leastTokens, isAutomatic: false, minutes: fiveMinutes, hasHour: true });
const automatic = (leastTokens: number): CacheRule => ({ leastTokens, isAutomatic: true, minutes: untold, hasHour: false });

/** By the name of the model; the first that fits. */
const rules: readonly (readonly [RegExp, CacheRule])[] = [
  [/claude-(opus-4-[5-9]|haiku-4)/, claude(4096)],
  [/claude-(sonnet-4-6|3-5-haiku|3-haiku)/, claude(2048)],
  [/claude/, claude(1024)],
  [/gemini-2\.5/, automatic(2048)],
  [/gemini/, automatic(4096)],
  [/deepseek/, automatic(64)],
  [/^(gpt-|chatgpt|o\d)/, automatic(1024)],
  [/grok/, automatic(1024)],
];

/** Null: whether it caches prompts is not known. */
export const cacheRule = ({ model }: ModelName): CacheRule | null => {
  const name = model.toLowerCase().split('/').at(-1) ?? '';
  return rules.find(([pattern]) => pattern.test(name))?.[1] ?? null;
};
