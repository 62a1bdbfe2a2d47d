import { nearest } from '../ground/output/phrases.ts';

const longestShown = 60;

/** Text of a file in quotes, with everything written out that has no look of its own or turns the line around. */
export const quoted = (text: string): string => {
  const short = text.length <= longestShown ? text : `${text.slice(0, longestShown - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
  return JSON.stringify(short).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
};

/** What was found, in a few words. */
export const shown = (input: unknown): string => {
  if (input === null || input === undefined) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a map';
  return typeof input === 'string' ? quoted(input) : String(input);
};

const articles: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  tuple: 'a list',
  null: 'nothing',
};

/** A type of zod with its article. */
export const article = (expected: string): string => articles[expected] ?? expected;

/** What somebody may have meant who wrote a bare number where a unit belongs. */
export const withUnit = (unit: string, number: number): string | null => {
  if (!(number >= 0)) return null;
  if (unit === 'duration') return `${number}s, ${number}m or ${number}h`;
  if (unit === 'amount of money') return `$${number}`;
  return unit === 'share' && number <= 100 ? `${number}%` : null;
};

/** `agents.support.checks[0].input`; a key that is not a plain word stands in brackets and quotes. */
export const showPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const word = String(key);
    if (!/^[A-Za-z_][\w:-]{0,59}$/.test(word)) return `${text}[${quoted(word)}]`;
    return text === '' ? word : `${text}.${word}`;
  }, '');

const longestList = 40;

/** "did you mean" where a name is near, else the names there are. */
export const suggestion = (name: string, valid: readonly string[]): string | null => {
  const near = nearest(name, valid);
  if (near !== null) return `did you mean ${JSON.stringify(near)}?`;
  if (valid.length === 0) return null;
  const more = valid.length - longestList;
  return `known here: ${valid.slice(0, longestList).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};
