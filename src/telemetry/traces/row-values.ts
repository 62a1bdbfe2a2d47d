import { dig, digString, isObject, type Json } from '../../ground/json.ts';
import { parseInstant } from '../../ground/units/instant.ts';
import { type Read, short } from './attribute-values.ts';

/** More facts of one row than a person would match on are left out. */
const mostFacts = 64;

/** Reads the value at a path of a row; null where there is none, or not of the right kind. */
export const readAt = <Value>(read: Read<Value>, row: unknown, ...path: readonly string[]): Value | null => {
  const value = dig(row, ...path);
  return value === undefined || value === null ? null : read(value as Json);
};

/** An instant in ISO 8601, as UTC epoch microseconds. */
export const instantAt = (row: unknown, ...path: readonly string[]): number | null => {
  const text = digString(row, ...path);
  return text === null ? null : parseInstant(text);
};

/** Microseconds from a start to an end; clocks that went back make it zero. */
export const lengthBetween = (fromUs: number, toUs: number | null): number | null => (toUs === null ? null : Math.max(0, toUs - fromUs));

/** The first of several names under which free metadata tells a fact. */
export const firstFact = (metadata: unknown, ...names: readonly string[]): string | null => {
  for (const name of names) {
    const found = readAt(short, metadata, name);
    if (found !== null) return found;
  }
  return null;
};

/** Free metadata as facts to match on: text as it is, lists and objects as JSON. */
export const factsOf = (metadata: unknown): Readonly<Record<string, string>> => {
  if (!isObject(metadata)) return {};
  const facts = Object.entries(metadata).flatMap(([name, value]) => {
    const text = short(typeof value === 'object' && value !== null ? JSON.stringify(value) : value);
    return text === null || name === '' ? [] : [[name, text] as const];
  });
  return Object.fromEntries(facts.slice(0, mostFacts));
};
