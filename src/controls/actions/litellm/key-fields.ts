import { usageError } from '../../../ground/errors.ts';
import type { Json } from '../../../ground/json.ts';
import type { Action, Touched } from '../port.ts';

/** The word of a throttle → the column of a key; teams have no limit of parallel requests. */
const columns: Readonly<Record<string, string>> = {
  requests_per_minute: 'rpm_limit',
  tokens_per_minute: 'tpm_limit',
  max_parallel: 'max_parallel_requests',
  budget_usd: 'max_budget',
};

export const limitColumns = (of: 'key' | 'team'): readonly string[] =>
  Object.values(columns).filter((column) => of === 'key' || column !== 'max_parallel_requests');

/** After how long what was spent counts from nothing again: `1d`, `30d`. Once set the proxy never takes it away, so that it is looked at and left alone. */
export const periodColumn = 'budget_duration';

/**
 * The columns that a throttle sets. Null takes a limit away; only columns that are sent change. A `budget_period` is held against the one
 * that the row has: dollars a day are something else than dollars in the life of a key.
 */
export const limitsOf = (of: 'key' | 'team', { budget_period: period, ...params }: Touched, now: Touched = {}): Touched => {
  const found = now[periodColumn];
  if (period !== undefined && period !== null && found !== undefined && found !== period)
    throw usageError({
      code: 'wish_not_understood',
      message: `the spending of this ${of} ${found === null ? 'is never reset' : `is reset every ${JSON.stringify(found)}`}, and the limit is meant for ${JSON.stringify(period)}`,
      hint: `let LiteLLM reset it: budget_duration ${JSON.stringify(period)}, which it cannot take back`,
    });
  const asked = Object.entries(params);
  const understood = Object.keys(columns).filter((word) => limitColumns(of).includes(columns[word] ?? ''));
  const strange = asked.find(([word, value]) => !understood.includes(word) || !isLimit(value));
  if (strange === undefined && asked.length > 0) return Object.fromEntries(asked.map(([word, value]) => [columns[word] ?? word, value]));
  throw usageError({
    code: 'wish_not_understood',
    message:
      strange === undefined
        ? `a throttle of a ${of} needs a limit`
        : `a throttle of a ${of} takes no ${strange[0]} of ${JSON.stringify(strange[1])}`,
    hint: `give ${understood.join(', ')}: numbers from 0, or null for no limit`,
  });
};

const isLimit = (value: Json): boolean => value === null || (typeof value === 'number' && Number.isFinite(value) && value >= 0);

export const isBlocking = (action: Action): boolean => action !== 'enable';

/** At most as many as the proxy follows, whatever is set. */
const longestChain = 5;

/** The chain of models that is wanted. A group that falls back on itself, or on nothing, is no chain. */
export const chainOf = (group: string, { to }: Touched): Json => {
  const chain = Array.isArray(to) ? to : typeof to === 'string' ? [to] : [];
  const isChain = chain.every((model) => typeof model === 'string' && model !== '' && model !== group);
  if (isChain && chain.length > 0 && chain.length <= longestChain && new Set(chain).size === chain.length) return chain;
  throw usageError({
    code: 'wish_not_understood',
    message: `a fallback chain of ${group} is 1 to ${longestChain} other models, each once (found ${JSON.stringify(to ?? null)})`,
    hint: 'give to: [model, …]',
  });
};
