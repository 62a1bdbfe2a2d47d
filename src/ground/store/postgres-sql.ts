import type { Param } from './port.ts';

/** Numbers the places of parameters: `?` becomes `$1`, `$2`, …; those inside of quotes are text. */
export const numberedPlaces = (sql: string): string => {
  const known = numbered.get(sql);
  if (known !== undefined) return known;
  let place = 0;
  const text = sql.replace(/'(?:[^']|'')*'|"[^"]*"|\?/g, (found) => {
    if (found !== '?') return found;
    place += 1;
    return `$${place}`;
  });
  if (numbered.size < mostKept) numbered.set(sql, text);
  return text;
};

const numbered = new Map<string, string>();
/** Lists of ids make statements of many lengths. */
const mostKept = 500;

/** A step of the journal's schema, as PostgreSQL takes it. Text is ordered by its bytes, as SQLite orders it, wherever the database was made. */
export const postgresStep = (sql: string): string =>
  sql
    .replace(/\) STRICT$/, ')')
    .replace(/\bINTEGER\b/g, 'BIGINT')
    .replace(/\bREAL\b/g, 'DOUBLE PRECISION')
    .replace(/\bBLOB\b/g, 'BYTEA')
    .replace(/\bTEXT\b/g, 'TEXT COLLATE "C"');

/** A parameter as the driver takes it. */
export const postgresParam = (param: Param): string | Uint8Array | null => {
  if (param === null || param instanceof Uint8Array) return param;
  return typeof param === 'string' ? storedText(param) : String(param);
};

/** No text of PostgreSQL can hold a NUL, which SQLite keeps and the audit chain is hashed with: it is written as a rare sign and `0`, that sign itself with `1`. */
const storedText = (text: string): string =>
  /[\u0000\u{F0000}]/u.test(text) ? text.replaceAll(rare, `${rare}1`).replaceAll('\u0000', `${rare}0`) : text;

/** What `storedText` was made of. */
export const readText = (stored: string): string =>
  stored.includes(rare) ? stored.replace(/\u{F0000}([01])/gu, (_, which: string) => (which === '0' ? '\u0000' : rare)) : stored;

/** For private use, and in no script: the first of Unicode's plane 15. */
const rare = '\u{F0000}';

/** A whole number of a column, count or sum; what a double cannot hold exactly is an error, not a near miss. */
export const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the journal holds ${text}, which is past the numbers that can be read exactly`);
  return value;
};

/** `numeric`, which sums of whole numbers are. */
export const numericNumber = (text: string): number => (/^-?\d+$/.test(text) ? wholeNumber(text) : Number(text));

/** SQLite has no truth values: a comparison is 1 or 0. */
export const truthNumber = (text: string): number => (text === 't' ? 1 : 0);

/** `bytea` in its hex form. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
