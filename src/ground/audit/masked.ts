import { isObject, type Json, type JsonObject } from '../json.ts';
import { keptText } from '../redaction/kept-text.ts';
import type { Deed } from './chain.ts';

/** Longest name of an actor or a subject, in characters. */
const longestName = 200;

/** A text that every store and every JSON parser gives back as it was. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');

/**
 * A deed without secrets. What it says of people is hidden too, but for who did it, and in `by` on whose word: a chain cannot
 * forget.
 * @param mask hides the secrets that this process knows
 */
export const maskedDeed = ({ at, actor, kind, subject, body }: Deed, mask: (text: string) => string): Deed => {
  const name = (text: string) => wellFormed(mask(text).replaceAll('\0', '').slice(0, longestName));
  const { by, ...rest } = body;
  const told = maskedObject(rest, (text) => wellFormed(keptText(mask(text))));
  return { at, actor: name(actor), kind, subject: name(subject), body: by === undefined ? told : { ...told, by: maskedJson(by, name) } };
};

/** An object with every text in it masked; keys are ours and stay. */
export const maskedObject = (value: JsonObject, mask: (text: string) => string): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, child]) => [key, maskedJson(child, mask)]));

const maskedJson = (value: Json, mask: (text: string) => string): Json => {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item: Json) => maskedJson(item, mask));
  return isObject(value) ? maskedObject(value, mask) : value;
};
