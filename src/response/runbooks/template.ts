import { isObject, type Json } from '../../ground/json.ts';

const hole = /\{\{\s*params\.([A-Za-z_]\w*)\s*\}\}/g;
const wholeHole = /^\{\{\s*params\.([A-Za-z_]\w*)\s*\}\}$/;

/** True where a text holds braces that a parameter would fill, rightly written or not. */
export const holdsHole = (text: string): boolean => text.includes('{{');

/** The parameters that a value names, at any depth, each once. */
export const holesIn = (value: Json): readonly string[] => {
  const found = textsIn(value).flatMap((text) => [...text.matchAll(hole)].map(([, name = '']) => name));
  return [...new Set(found)];
};

/** The first text of a value whose braces are not `{{ params.NAME }}`; null: all are. */
export const brokenHole = (value: Json): string | null => textsIn(value).find((text) => holdsHole(text.replace(hole, ''))) ?? null;

const textsIn = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
};

/**
 * A value with its parameters filled in. A text that is one hole takes the parameter with its type; within a text it is written out. What is
 * filled in is never looked at again, so that a parameter cannot name another.
 */
export const fill = (value: Json, params: Readonly<Record<string, Json>>): Json => {
  if (typeof value === 'string') {
    const whole = loneHole(value);
    if (whole !== null) return Object.hasOwn(params, whole) ? (params[whole] ?? null) : null;
    return value.replace(hole, (_, name: string) => writtenOut(Object.hasOwn(params, name) ? (params[name] ?? null) : null));
  }
  if (Array.isArray(value)) return value.flatMap((item: Json) => filledItem(item, params));
  return isObject(value) ? fillAll(value, params) : value;
};

/** An item that is nothing but a parameter without a value is left out of its list. */
const filledItem = (item: Json, params: Readonly<Record<string, Json>>): readonly Json[] => {
  const filled = fill(item, params);
  return filled === null && loneHole(item) !== null ? [] : [filled];
};

/** The same for every value of a map. */
export const fillAll = (values: Readonly<Record<string, Json>>, params: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fill(value, params)]));

/** The same for the arguments of a step: one that is nothing but a parameter without a value is left out. */
export const fillArguments = (
  args: Readonly<Record<string, Json>>,
  params: Readonly<Record<string, Json>>,
): Readonly<Record<string, Json>> =>
  Object.fromEntries(Object.entries(fillAll(args, params)).filter(([key, value]) => value !== null || loneHole(args[key]) === null));

/** The parameter that a value is nothing else than; null: it is more, or none. */
export const loneHole = (value: Json | undefined): string | null =>
  typeof value === 'string' ? (wholeHole.exec(value)?.[1] ?? null) : null;

const writtenOut = (value: Json): string => (typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value));
