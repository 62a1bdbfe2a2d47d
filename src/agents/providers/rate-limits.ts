import { parseInstant } from '../../ground/units/instant.ts';

/** What is left of one allowance. Null: not told. */
export interface Allowance {
  readonly limit: number | null;
  readonly remaining: number | null;
  /** Milliseconds from the answer until it is whole again. */
  readonly resetMs: number | null;
}

export const allowances = ['requests', 'tokens', 'input_tokens', 'output_tokens'] as const;
export type AllowanceName = (typeof allowances)[number];

/** What a provider told of its rate limits; an allowance that it does not tell of is absent. */
export type RateLimits = Readonly<Partial<Record<AllowanceName, Allowance>>>;

type Headers = Readonly<Record<string, string>>;

/** How one vendor spells the three facts of an allowance, and how it writes the last. */
interface Spelling {
  readonly limit: (allowance: string) => string;
  readonly remaining: (allowance: string) => string;
  readonly reset: (allowance: string) => string;
}

/** Anthropic: `anthropic-ratelimit-input-tokens-remaining`; resets are RFC 3339 instants. */
const anthropic: Spelling = {
  limit: (allowance) => `anthropic-ratelimit-${allowance}-limit`,
  remaining: (allowance) => `anthropic-ratelimit-${allowance}-remaining`,
  reset: (allowance) => `anthropic-ratelimit-${allowance}-reset`,
};

/** OpenAI, and those who speak like it (Azure, Groq, LiteLLM): `x-ratelimit-remaining-tokens`; resets are spans such as `6m0s`. */
const openai: Spelling = {
  limit: (allowance) => `x-ratelimit-limit-${allowance}`,
  remaining: (allowance) => `x-ratelimit-remaining-${allowance}`,
  reset: (allowance) => `x-ratelimit-reset-${allowance}`,
};

/** A gateway hands on what its upstream told behind a prefix of its own: that is whose limit it is. */
const upstreamPrefix = 'llm_provider-';

/** Of requests alone, without naming them: OpenRouter's `x-ratelimit-remaining`, and the fields of the IETF draft. */
const unnamed: readonly Spelling[] = ['x-ratelimit-', 'ratelimit-'].map((prefix) => ({
  limit: () => `${prefix}limit`,
  remaining: () => `${prefix}remaining`,
  reset: () => `${prefix}reset`,
}));

/**
 * What the headers of an answer tell of rate limits, by any vendor's names.
 * @param headers lower-case names @param now when the answer came, UTC epoch ms
 */
export const rateLimitsOf = (headers: Headers, now: number): RateLimits => {
  const read = (spelling: Spelling, allowance: string, prefix = ''): Allowance | null => {
    const [limit, remaining, reset] = [spelling.limit, spelling.remaining, spelling.reset].map(
      (name) => headers[prefix + name(allowance)] ?? null,
    );
    const told = { limit: countOf(limit), remaining: countOf(remaining), resetMs: untilReset(reset, now) };
    return told.limit === null && told.remaining === null ? null : told;
  };
  return Object.fromEntries(
    allowances.flatMap((allowance): (readonly [AllowanceName, Allowance])[] => {
      const word = allowance.replace('_', '-');
      const found =
        read(anthropic, word, upstreamPrefix) ??
        read(openai, word, upstreamPrefix) ??
        read(anthropic, word) ??
        read(openai, word) ??
        (allowance === 'requests' ? unnamed.map((spelling) => read(spelling, '')).find((each) => each !== null) : null);
      return found == null ? [] : [[allowance, found]];
    }),
  );
};

/** A count; of several windows (`100, 100;window=60`) the first, which is the one that counts now. A quota that is overdrawn has nothing left. */
const countOf = (text: string | null | undefined): number | null => {
  const [, number] = /^\s*(-?\d{1,15})(?:\.\d+)?\s*(?:[,;].*)?$/.exec(text ?? '') ?? [];
  return number === undefined ? null : Math.max(0, Number(number));
};

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A span in a header that is longer than a month is no span until a reset. */
const longestResetMs = 31 * 86_400_000;
const firstEpochSeconds = 1_000_000_000;
const firstEpochMs = firstEpochSeconds * 1000;

/** `6m0s`, `120ms`, `2m59.56s`, plain seconds, seconds or milliseconds of the epoch, an instant: what vendors mean by a reset. */
const untilReset = (text: string | null | undefined, now: number): number | null => {
  const written = text?.trim() ?? '';
  if (written === '') return null;
  const ms = spanMs(written) ?? plainMs(written, now) ?? instantMs(written, now);
  return ms === null || ms > longestResetMs ? null : Math.max(0, Math.round(ms));
};

const spanMs = (text: string): number | null => {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return null;
  let sum = 0;
  for (const [, number, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) sum += Number(number) * (units[unit] ?? 0);
  return sum;
};

const plainMs = (text: string, now: number): number | null => {
  if (!/^\d{1,15}(?:\.\d{1,9})?$/.test(text)) return null;
  const number = Number(text);
  if (number >= firstEpochMs) return number - now;
  return number >= firstEpochSeconds ? number * 1000 - now : number * 1000;
};

const instantMs = (text: string, now: number): number | null => {
  const us = parseInstant(text);
  return us === null ? null : us / 1000 - now;
};

/** The allowance of which the least is left, as a share of its limit; null: none tells both. */
export const scarcest = (limits: RateLimits): { readonly name: AllowanceName; readonly share: number } | null => {
  let found: { readonly name: AllowanceName; readonly share: number } | null = null;
  for (const name of allowances) {
    const { limit = null, remaining = null } = limits[name] ?? {};
    if (limit === null || remaining === null || limit === 0) continue;
    const share = Math.min(1, remaining / limit);
    if (found === null || share < found.share) found = { name, share };
  }
  return found;
};
