/** What a YAML file is made of here: maps keep the order of their keys. */
export type Yaml = string | number | boolean | null | readonly Yaml[] | { readonly [key: string]: Yaml };

/** Plain scalars that no reader takes for anything but the string they are. */
const plainWord = /^(?:[A-Za-z_./$][A-Za-z0-9_./$@-]*|[0-9]+(?:ms|[smhdw]))$/;
const meaningful = /^(?:true|false|null|yes|no|on|off|y|n|\.inf|\.nan|~)$/i;

const scalar = (value: string | number | boolean | null): string => {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (plainWord.test(value) && !meaningful.test(value)) return value;
  // Full of quotes, as PromQL is, it is read more easily between others. Any JSON string is a string of YAML, whatever stands in it.
  return value.includes('"') && /^[\x20-\x26\x28-\x7e]*$/.test(value) ? `'${value}'` : JSON.stringify(value);
};

/** A text of several lines is told as one where a block can hold it: nothing but printable characters, and no space at its edges. */
const isBlock = (value: Yaml): value is string =>
  typeof value === 'string' && value.includes('\n') && !/^\s|\s$|[^\n\x20-\x7e]|[ \t]\n/.test(value);

const isList = (value: Yaml): value is readonly Yaml[] => Array.isArray(value);
const isMap = (value: Yaml): value is { readonly [key: string]: Yaml } => typeof value === 'object' && value !== null && !isList(value);

const linesOf = (value: Yaml): readonly string[] => {
  if (isList(value)) return value.flatMap((item) => hung('- ', item));
  if (isMap(value)) return Object.entries(value).flatMap(([key, item]) => entryOf(key, item));
  return [scalar(value as string)];
};

/** A value behind a dash: its further lines stand under its first. */
const hung = (dash: string, item: Yaml): readonly string[] => {
  if (isEmpty(item)) return [`${dash}${isList(item) ? '[]' : '{}'}`];
  if (isBlock(item)) return [`${dash}|-`, ...item.split('\n').map((line) => (line === '' ? '' : `  ${line}`))];
  return linesOf(item).map((line, at) => (at === 0 ? `${dash}${line}` : `  ${line}`));
};

const entryOf = (key: string, item: Yaml): readonly string[] => {
  const name = `${scalar(key)}:`;
  if (isEmpty(item)) return [`${name} ${isList(item) ? '[]' : '{}'}`];
  if (isBlock(item)) return [`${name} |-`, ...item.split('\n').map((line) => (line === '' ? '' : `  ${line}`))];
  if (!isList(item) && !isMap(item)) return [`${name} ${scalar(item)}`];
  return [name, ...linesOf(item).map((line) => `  ${line}`)];
};

const isEmpty = (value: Yaml): boolean => (isList(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0);

/** A comment: one line of a file for each line of the text. */
export const yamlComment = (text: string): string =>
  text
    .split('\n')
    .map((line) => `# ${line.replaceAll(/[^\x20-\x7e]/g, '?')}`.trimEnd())
    .join('\n');

/** One YAML document, block style, with what a person should know before it. The same value is always the same text. */
export const yamlText = (comment: string, value: Yaml): string =>
  `${comment === '' ? '' : `${yamlComment(comment)}\n`}${linesOf(value).join('\n')}\n`;

/** Several documents in one file. */
export const yamlTexts = (comment: string, values: readonly Yaml[]): string =>
  `${comment === '' ? '' : `${yamlComment(comment)}\n`}${values.map((value) => yamlText('', value)).join('---\n')}`;
