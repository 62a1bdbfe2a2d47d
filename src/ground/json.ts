/** Any value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deeper than any honest answer; what is deeper would overflow the stack of whoever walks it or writes it out again. */
const maxDepth = 500;

/** Parses JSON; undefined where the text is not JSON, or is nested deeper than 500 levels. */
export const parseJson = (text: string): Json | undefined => {
  try {
    const value = JSON.parse(text) as Json;
    return text.length > 2 * maxDepth && isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
};

const isTooDeep = (value: Json): boolean => {
  let level: readonly Json[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return true;
    level = level.flatMap((node) => (typeof node === 'object' && node !== null ? (Object.values(node) as Json[]) : []));
  }
  return false;
};

/** The value under nested keys (array positions as numbers), or undefined. */
export const dig = (value: unknown, ...path: readonly (string | number)[]): unknown => {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (!Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
};

export const digString = (value: unknown, ...path: readonly (string | number)[]): string | null => {
  const found = dig(value, ...path);
  return typeof found === 'string' ? found : null;
};

export const digNumber = (value: unknown, ...path: readonly (string | number)[]): number | null => {
  const found = dig(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
};

export const digArray = (value: unknown, ...path: readonly (string | number)[]): readonly Json[] => {
  const found = dig(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** JSON with keys in code-point order at every depth: equal values give equal text. */
export const canonicalJson = (value: Json): string => {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (isObject(value)) {
    const parts = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value);
};
