import type { Json } from '../../../ground/json.ts';

/** What a written suite says: keys in their order, each with remarks above it. */
export interface WrittenSuite {
  /** Lines at the top of the file. */
  readonly head: readonly string[];
  readonly settings: readonly (readonly [key: string, value: Json])[];
  readonly cases: readonly { readonly remarks: readonly string[]; readonly value: Readonly<Record<string, Json>> }[];
}

/** A suite as the YAML that somebody will read and go on writing. */
export const suiteText = ({ head, settings, cases }: WrittenSuite): string => {
  const lines = [
    ...head.map(remark),
    ...settings.flatMap(([key, value]) => entry(key, value, 0, false)),
    '',
    ...(cases.length === 0 ? ['cases: []'] : ['cases:']),
    ...cases.flatMap(({ remarks, value }) => {
      const body = Object.entries(value).flatMap(([key, child]) => entry(key, child, 4, false));
      return [...remarks.map((text) => `  ${remark(text)}`), ...body.map((line, at) => (at === 0 ? `  - ${line.trimStart()}` : line))];
    }),
  ];
  return `${lines.join('\n')}\n`;
};

const remark = (text: string): string => `# ${text.replace(/[\r\n]+/g, ' ')}`.trimEnd();

const entry = (key: string, value: Json, indent: number, isCode: boolean): readonly string[] => {
  const start = `${' '.repeat(indent)}${scalar(key, false)}:`;
  if (typeof value === 'string') return textLines(start, value, indent, isCode);
  if (typeof value !== 'object' || value === null) return [`${start} ${JSON.stringify(value)}`];
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${start} []`];
    return [start, ...value.flatMap((item: Json) => listItem(item, indent + 2))];
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return [`${start} {}`];
  return [
    start,
    ...entries.flatMap(([name, child]) => entry(name, child, indent + 2, isCodeAt(value as Readonly<Record<string, Json>>, name))),
  ];
};

const listItem = (item: Json, indent: number): readonly string[] => {
  const dash = `${' '.repeat(indent)}-`;
  if (typeof item === 'string') return textLines(dash, item, indent, false);
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return [`${dash} ${flow(item)}`];
  const body = Object.entries(item).flatMap(([key, child]) =>
    entry(key, child, indent + 2, isCodeAt(item as Readonly<Record<string, Json>>, key)),
  );
  return body.length === 0 ? [`${dash} {}`] : body.map((line, at) => (at === 0 ? `${dash} ${line.trimStart()}` : line));
};

/** Code is not interpolated, so that nothing in it is escaped. */
const isCodeAt = (map: Readonly<Record<string, Json>>, key: string): boolean =>
  /^(not-)?javascript$/.test(key) || (key === 'value' && /^(not-)?javascript$/.test(String(map['type'])));

/** Several lines as a block where a block can hold them, else in quotes. */
const textLines = (start: string, text: string, indent: number, isCode: boolean): readonly string[] => {
  const escaped = isCode ? text : withoutReferences(text);
  const lines = escaped.replace(/\n$/, '').split('\n');
  const fitsBlock =
    lines.length > 1 &&
    !/^\s/.test(lines[0] ?? '') &&
    lines[0] !== '' &&
    !/[^\n\t\x20-\x7E\u00A0-\uD7FF]|\n\n$/.test(escaped) &&
    !/[ \t]$/m.test(escaped);
  if (!fitsBlock) return [`${start} ${scalar(text, isCode)}`];
  const sign = escaped.endsWith('\n') ? '|' : '|-';
  return [`${start} ${sign}`, ...lines.map((line) => (line === '' ? '' : `${' '.repeat(indent + 2)}${line}`))];
};

const flow = (value: Json): string => {
  if (typeof value === 'string') return scalar(value, false);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => flow(item)).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([key, child]) => `${scalar(key, false)}: ${flow(child)}`)
    .join(', ')} }`;
};

/** Plain where YAML reads plain text back as the same text, else in double quotes. */
const scalar = (text: string, isCode: boolean): string => {
  const isPlain = /^[A-Za-z_][\w ./-]*[\w.]$|^[A-Za-z_]$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isPlain ? text : JSON.stringify(isCode ? text : withoutReferences(text));
};

/** A plain `${` of a text, written so that it is not taken for a reference. */
const withoutReferences = (text: string): string => text.split('${').join('$${');
