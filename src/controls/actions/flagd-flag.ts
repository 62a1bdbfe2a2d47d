import { usageError } from '../../ground/errors.ts';
import { canonicalJson, dig, isObject, type Json, type JsonObject } from '../../ground/json.ts';
import type { Desired, Touched } from './port.ts';

/** What is touched of a flag, in flagd's own words; all null: there is no such flag. Source: flagd's flag definitions. */
const fields = { state: 'state', default_variant: 'defaultVariant', variants: 'variants', targeting: 'targeting' } as const;

const ourVariant = 'agentops';

/** The touched fields of a flag in a document. A targeting that decides nothing counts as none. */
export const readFlag = (document: Json, name: string): Touched => {
  const flag = dig(document, 'flags', name);
  const targeting = dig(flag, 'targeting');
  return {
    state: (dig(flag, 'state') as Json | undefined) ?? null,
    default_variant: (dig(flag, 'defaultVariant') as Json | undefined) ?? null,
    variants: (dig(flag, 'variants') as Json | undefined) ?? null,
    targeting: isObject(targeting) && Object.keys(targeting).length > 0 ? targeting : null,
  };
};

/** The document with the touched fields of one flag set; a flag all of whose fields are null is taken out. All else stays as it is. */
export const writeFlag = (document: JsonObject, name: string, touched: Touched): JsonObject => {
  const flags = isObject(document['flags']) ? document['flags'] : {};
  if (Object.values(touched).every((value) => value === null)) {
    return { ...document, flags: Object.fromEntries(Object.entries(flags).filter(([each]) => each !== name)) };
  }
  const flag = { ...(isObject(flags[name]) && Object.hasOwn(flags, name) ? flags[name] : {}) };
  for (const [field, key] of Object.entries(fields)) {
    const value = touched[field] ?? null;
    if (value === null) delete flag[key];
    else flag[key] = value;
  }
  return { ...document, flags: Object.fromEntries([...Object.entries(flags).filter(([each]) => each !== name), [name, flag]]) };
};

/**
 * The flag that answers the same to everybody: through its default variant, because a disabled flag makes the reader fall back on the
 * default in its own code.
 */
export const answering = (now: Touched, value: Json): Touched => {
  const known = isObject(now['variants'] ?? null) ? (now['variants'] as JsonObject) : freshVariants(value);
  const variant = Object.keys(known).find((each) => canonicalJson(known[each] ?? null) === canonicalJson(value));
  return {
    state: 'ENABLED',
    default_variant: variant ?? ourVariant,
    variants: variant === undefined ? { ...known, [ourVariant]: value } : known,
    targeting: null,
  };
};

const freshVariants = (value: Json): JsonObject => (typeof value === 'boolean' ? { on: true, off: false } : {});

/** The value a flag is to have for an action. Throws a usage error where one flag cannot say what is wanted. */
export const flagValue = ({ action, params }: Desired): Json => {
  switch (action) {
    case 'enable':
      return true;
    case 'disable':
    case 'kill':
      return false;
    case 'route_model':
    case 'rollback_model':
      return theOnly(params, ['model']);
    case 'failover': {
      const to = theOnly(params, ['to']);
      return Array.isArray(to) && to.length === 1 ? (to[0] ?? null) : to;
    }
    case 'sampling':
      return theOnly(params, ['share']);
    default:
      return theOnly(params, ['requests_per_minute', 'tokens_per_minute', 'max_parallel', 'budget_usd']);
  }
};

const theOnly = (params: Touched, understood: readonly string[]): Json => {
  const given = Object.keys(params);
  const value = given.length === 1 && understood.includes(given[0] ?? '') ? params[given[0] ?? ''] : undefined;
  if (value !== undefined && value !== null) return value;
  throw usageError({
    code: 'wish_not_understood',
    message: `a flag holds one value, and ${given.length === 0 ? 'none is given' : `${given.join(', ')} is not one it can say`}`,
    hint: `give one of ${understood.join(', ')}`,
  });
};
