import { formulaFree } from './escape.ts';

export type CsvValue = string | number | boolean | null;

/** Texts are untrusted and made formula-free; numbers are ours and stay numbers, also negative ones. */
const field = (value: CsvValue): string => {
  if (value === null) return '';
  const text = typeof value === 'string' ? formulaFree(value) : String(value);
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};

/** RFC 4180: a head, a record a line, CRLF line ends. Missing is an empty field. */
export const renderCsv = (head: readonly string[], records: readonly (readonly CsvValue[])[]): string =>
  [head, ...records].map((record) => `${record.map(field).join(',')}\r\n`).join('');
