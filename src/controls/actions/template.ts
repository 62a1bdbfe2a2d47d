import { usageError } from '../../ground/errors.ts';
import { isObject, type Json } from '../../ground/json.ts';

const hole = /\{\{\s*(?:params\.)?([A-Za-z_]\w*)\s*\}\}/g;
const wholeHole = /^\{\{\s*(?:params\.)?([A-Za-z_]\w*)\s*\}\}$/;

export type Values = Readonly<Record<string, Json>>;

/** Whether a text has a place for a value. */
export const hasHole = (text: string): boolean => text.includes('{{');

/** The names that a template has places for. */
export const holesOf = (template: Json): readonly string[] => {
  if (typeof template === 'string') return [...template.matchAll(hole)].map(([, name = '']) => name);
  if (Array.isArray(template)) return template.flatMap(holesOf);
  return isObject(template) ? Object.values(template).flatMap(holesOf) : [];
};

/**
 * A JSON template with its values filled in. A text that is one place takes the value with its type; within a text it is written out. What
 * is filled in is never looked at again. Throws a usage error for a value that is not given.
 */
export const fillJson = (template: Json, values: Values): Json => {
  if (typeof template === 'string') {
    const [, whole] = wholeHole.exec(template) ?? [];
    return whole === undefined ? fillText(template, values) : givenValue(whole, values);
  }
  if (Array.isArray(template)) return template.map((item: Json) => fillJson(item, values));
  if (!isObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fillJson(value, values)]));
};

const fillText = (template: string, values: Values, write: (value: string) => string = (value) => value): string => {
  if (hasHole(template.replace(hole, ''))) {
    const message = `the template ${JSON.stringify(template.slice(0, 200))} has braces that name no value`;
    throw usageError({ code: 'template_invalid', message, hint: 'write {{ NAME }}' });
  }
  return template.replace(hole, (_, name: string) => write(writtenOut(givenValue(name, values))));
};

const givenValue = (name: string, values: Values): Json => {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value !== undefined) return value;
  throw usageError({
    code: 'value_missing',
    message: `the template has a place for ${name}, and no such value is given`,
    hint: `give ${name}, or take {{ ${name} }} out of the control`,
  });
};

const writtenOut = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

export interface FilledPath {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Half a surrogate pair is no character: nothing could carry it. */
const encoded = (value: string): string => {
  if (!/\p{Surrogate}/u.test(value)) return encodeURIComponent(value);
  throw usageError({ code: 'value_refused', message: `${JSON.stringify(value)} is no text that a path could hold` });
};

/**
 * A path below an address, with an optional query. Each value stays within its segment, or its parameter of the query. Throws a usage
 * error where a value would make a segment that leads elsewhere.
 */
export const fillPath = (template: string, values: Values): FilledPath => {
  const [before = '', ...after] = template.split('?');
  const segments = before.split('/').map((segment) => {
    const filled = fillText(segment, values, encoded);
    if (!hasHole(segment) || !/^\.{0,2}$/.test(filled)) return filled;
    throw usageError({ code: 'value_refused', message: `${JSON.stringify(filled)} cannot stand in a path (${template})` });
  });
  const query = [...new URLSearchParams(after.join('?'))].map(([name, value]) => [name, fillText(value, values)]);
  return { path: segments.join('/'), query: Object.fromEntries(query) };
};

/** Linux refuses a single argument of 128 KiB and more (execve(2), MAX_ARG_STRLEN). */
const maxArgumentBytes = 128 * 1024 - 1;

/** Arguments with each value inside one of them. Throws a usage error where a value would be taken for an option, or cannot be passed on. */
export const fillArguments = (template: readonly string[], values: Values): readonly string[] =>
  template.map((argument) => {
    const filled = fillText(argument, values);
    const refuse = (why: string) =>
      usageError({ code: 'value_refused', message: `${JSON.stringify(filled.slice(0, 100))} cannot be an argument: ${why}` });
    if (filled.startsWith('-') && !argument.startsWith('-')) throw refuse('it would be taken for an option');
    if (filled.includes('\0')) throw refuse('it holds a NUL character');
    if (Buffer.byteLength(filled) > maxArgumentBytes) throw refuse(`it has more than ${maxArgumentBytes} bytes`);
    return filled;
  });
