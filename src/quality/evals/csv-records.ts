import { longestLine, type TextLine } from './text-lines.ts';

export interface CsvCell {
  readonly text: string;
  /** Where it begins in the text of its record. */
  readonly offset: number;
}

export interface CsvRecord {
  /** As it stands in the file, line ends within quotes included. */
  readonly source: string;
  /** The line it begins on, from 1. */
  readonly line: number;
  readonly cells: readonly CsvCell[];
  /** What is wrong with its quotes; null: nothing. */
  readonly problem: { readonly message: string; readonly offset: number } | null;
}

/**
 * Records of a table (RFC 4180): quoted fields may hold separators, line ends and doubled quotes. Empty lines are no records.
 * @param separator null: whichever of comma, semicolon and tab the first record has most of
 */
export function* csvRecords(lines: Iterable<TextLine>, separator: string | null = null): Generator<CsvRecord> {
  let known = separator;
  let held: { source: string; line: number } | null = null;
  const finish = (source: string, line: number): CsvRecord => {
    known ??= commonest(source);
    return { source, line, ...splitRecord(source, known) };
  };
  for (const { text, line } of lines) {
    if (held === null && text.trim() === '') continue;
    // Quotes come in pairs: where one is open, the record goes on in the next line.
    const isOpen: boolean = hasOddQuotes(text) !== (held !== null);
    const begun: { source: string; line: number } = held === null ? { source: text, line } : { ...held, source: `${held.source}\n${text}` };
    held = isOpen && begun.source.length < longestLine ? begun : null;
    if (held === null) yield finish(begun.source, begun.line);
  }
  if (held !== null) yield finish(held.source, held.line);
}

/** Line and column of an offset in a record, both from 1. */
export const placeInRecord = ({ source, line }: CsvRecord, offset: number): { readonly line: number; readonly column: number } => {
  const before = source.slice(0, offset).split('\n');
  return { line: line + before.length - 1, column: (before.at(-1) ?? '').length + 1 };
};

const hasOddQuotes = (text: string): boolean => {
  let isOdd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
};

const quotedCell = /"([^"]*(?:""[^"]*)*)"/y;

const splitRecord = (source: string, separator: string): Pick<CsvRecord, 'cells' | 'problem'> => {
  const cells: CsvCell[] = [];
  for (let offset = 0; ; ) {
    let end: number;
    if (source[offset] === '"') {
      quotedCell.lastIndex = offset;
      const found = quotedCell.exec(source);
      if (found === null) return { cells, problem: { message: 'a quote that begins here is never closed', offset } };
      end = quotedCell.lastIndex;
      cells.push({ text: (found[1] ?? '').replaceAll('""', '"'), offset });
      if (end < source.length && source[end] !== separator)
        return { cells, problem: { message: 'text stands after the quote that ends this field', offset: end } };
    } else {
      const next = source.indexOf(separator, offset);
      end = next === -1 ? source.length : next;
      const text = source.slice(offset, end);
      const stray = text.indexOf('"');
      if (stray !== -1)
        return { cells, problem: { message: 'a quote stands in a field that does not begin with one', offset: offset + stray } };
      cells.push({ text, offset });
    }
    if (end >= source.length) return { cells, problem: null };
    offset = end + 1;
  }
};

/** The separator that the head of a table uses; quoted ones do not count. */
const commonest = (head: string): string => {
  const bare = head.replace(/"[^"]*"/g, '');
  const count = (separator: string) => bare.split(separator).length - 1;
  return [',', ';', '\t'].reduce((most, each) => (count(each) > count(most) ? each : most));
};
