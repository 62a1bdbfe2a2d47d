import { isObject, type Json, type JsonObject, parseJson } from '../../ground/json.ts';

/** Names and metadata longer than this are cut: they are keys of groups and of columns. */
const longestText = 500;
/** More tokens than any call can use: a number beyond is a mistake. */
const mostTokens = 1e9;
/** A million dollars for one call is a mistake as well; and sums stay exact. */
const mostDollars = 1e6;

/** Reads one attribute's value; null where it is not what the name promises, so that the next name is tried. */
export type Read<Value> = (value: Json) => Value | null;

/** A short name: trimmed, cut at 500 characters. Numbers and booleans are spelled out, for ids are often numbers. */
export const short: Read<string> = (value) => {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  return text === '' ? null : text.slice(0, longestText);
};

/** Content of any length: text as it is, anything else as JSON. */
export const content: Read<string> = (value) => {
  if (typeof value === 'string') return value === '' ? null : value;
  return value === null ? null : JSON.stringify(value);
};

export const tokens: Read<number> = (value) => {
  const count = numberOf(value);
  return count !== null && count >= 0 && count <= mostTokens ? Math.round(count) : null;
};

/** Dollars, as nano-dollars. */
export const dollars: Read<number> = (value) => {
  const amount = numberOf(value);
  return amount !== null && amount >= 0 && amount <= mostDollars ? Math.round(amount * 1e9) : null;
};

/** Seconds, as microseconds. */
export const seconds: Read<number> = (value) => microsOf(numberOf(value), 1e6);

/** Milliseconds, as microseconds. */
export const milliseconds: Read<number> = (value) => microsOf(numberOf(value), 1e3);

/** A point in time in ISO 8601, even quoted once more, as UTC epoch microseconds. */
export const instant: Read<number> = (value) => {
  if (typeof value !== 'string') return null;
  const ms = Date.parse(value.replace(/^"|"$/g, ''));
  return Number.isNaN(ms) ? null : ms * 1000;
};

/** A list of short names: a list, a list in JSON, or one name alone. */
export const shortList: Read<readonly string[]> = (value) => {
  const parsed = typeof value === 'string' && value.startsWith('[') ? (parseJson(value) ?? value) : value;
  const list = (Array.isArray(parsed) ? parsed : [parsed]).flatMap((item: Json) => short(item) ?? []);
  return list.length === 0 ? null : list;
};

/** An object, also where it is JSON inside a text. */
export const object: Read<JsonObject> = (value) => {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  return isObject(parsed) ? parsed : null;
};

const numberOf = (value: Json): number | null => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
};

const microsOf = (value: number | null, perUnit: number): number | null =>
  value !== null && value >= 0 && value < Number.MAX_SAFE_INTEGER / perUnit ? Math.round(value * perUnit) : null;
