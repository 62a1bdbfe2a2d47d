import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CsvRecord, csvRecords, placeInRecord } from '../../../src/quality/evals/csv-records.ts';
import { linesOf } from '../../../src/quality/evals/text-lines.ts';

const read = (text: string, pieces = 1, separator: string | null = null): readonly CsvRecord[] => {
  const size = Math.max(1, Math.ceil(text.length / pieces));
  const cut = Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));
  return [...csvRecords(linesOf(cut), separator)];
};
const texts = (records: readonly CsvRecord[]) => records.map(({ cells }) => cells.map(({ text }) => text));

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
const cell = fc.string({ unit: fc.constantFrom('a', 'ü', '😀', ' ', ',', ';', '"', '\n', '{', '\t'), maxLength: 8 });

describe('a table', () => {
  test('gives back what was written into it, however its pieces are cut', () =>
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, pieces) => {
          const written = rows.map((row) => row.map(quote).join(',')).join('\r\n');
          expect(texts(read(written, pieces, ','))).toEqual(rows);
        },
      ),
    ));

  test('tells for every cell where it begins', () =>
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), (rows) => {
        const written = rows.map((row) => row.map(quote).join(',')).join('\n');
        const lines = written.split('\n');
        for (const record of read(written, 1, ',')) {
          for (const { offset, text } of record.cells) {
            const { line, column } = placeInRecord(record, offset);
            expect([...lines.slice(line - 1)].join('\n').slice(column - 1)).toMatch(new RegExp(`^${escapeRegex(quote(text))}`));
          }
        }
      }),
    ));

  test.each([
    ['a,b\n1,2', ['1', '2']],
    ['a;b\n1;2,5', ['1', '2,5']],
    ['a\tb\n1\t2', ['1', '2']],
    ['"a,b";c\n1;2', ['1', '2']],
  ])('finds its separator in %j', (text, row) => expect(texts(read(text))[1]).toEqual(row));

  test.each([
    ['a,b\n\n1,2\n   \n3,4\n', 3],
    ['', 0],
    ['a', 1],
  ])('has no record in an empty line: %j', (text, count) => expect(read(text)).toHaveLength(count));

  test.each([
    ['a,b\n1,"x\ny\n', 'a quote that begins here is never closed', { line: 2, column: 3 }],
    ['a,b\n"1"x,2', 'text stands after the quote that ends this field', { line: 2, column: 4 }],
    ['a,b\n5" wide,2', 'a quote stands in a field that does not begin with one', { line: 2, column: 2 }],
    ['a,b\n"one\ntwo"!,2', 'text stands after the quote that ends this field', { line: 3, column: 5 }],
  ])('tells what is wrong with the quotes of %j', (text, message, place) => {
    const record = read(text).find(({ problem }) => problem !== null);
    expect(record?.problem?.message).toBe(message);
    expect(record && placeInRecord(record, record.problem?.offset ?? 0)).toEqual(place);
  });
});

const escapeRegex = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
