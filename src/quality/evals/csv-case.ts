import { type PlacedProblem, type Problem, suggestion } from '../../fleet/problems.ts';
import type { Json, JsonObject } from '../../ground/json.ts';
import { nearest } from '../../ground/output/phrases.ts';
import { type CsvRecord, placeInRecord } from './csv-records.ts';
import { expectationOfCell } from './exchange/expected-text.ts';
import type { RawCase } from './raw-case.ts';

/** Columns with a meaning; every other one is a variable. */
const fields = ['id', 'input', 'expected', 'severity', 'cluster', 'tags', 'repeats', 'timeout'] as const;
/** What promptfoo's own columns are called; those of its runner have no counterpart here. */
const understood = ['__expected', '__metric', '__description', '__metadata:<key>'];

type Column =
  | { readonly kind: 'field' | 'variable' | 'metadata'; readonly name: string }
  | { readonly kind: 'expected' | 'metric' | 'description' };

/** What the columns of a table mean. */
export interface Table {
  readonly file: string;
  readonly names: readonly string[];
  readonly columns: readonly Column[];
}

/** Reads the head of a table; a name that is nearly one with a meaning is a mistake rather than a variable. */
export const readHead = (file: string, record: CsvRecord): { readonly table: Table; readonly problems: readonly PlacedProblem[] } => {
  const problems: PlacedProblem[] = [];
  const names = record.cells.map(({ text }) => text.trim());
  const columns = record.cells.map(({ offset }, at): Column => {
    const name = names[at] ?? '';
    const refuse = (message: string, hint: string | null) => {
      problems.push({ at: { file, ...placeInRecord(record, offset) }, message, hint });
    };
    if (name === '') refuse('a column has no name', 'the first line of a table names its columns');
    else if (names.indexOf(name) < at) refuse(`the column ${JSON.stringify(name)} stands here a second time`, 'keep one of the two');
    if (name.startsWith('__')) {
      const column = promptfooColumn(name);
      if (column === null) refuse(`the column ${JSON.stringify(name)} means nothing here`, suggestion(name, understood));
      return column ?? { kind: 'variable', name };
    }
    if (fields.some((field) => field === name)) return { kind: 'field', name };
    const near = name.length < 4 ? null : nearest(name, fields);
    if (near !== null)
      refuse(
        `the column ${JSON.stringify(name)} is not known, and nearly one that is`,
        `did you mean ${JSON.stringify(near)}? Give a variable another name`,
      );
    return { kind: 'variable', name };
  });
  if (record.problem !== null) problems.push(quoteProblem(file, record, record.problem));
  return { table: { file, names, columns }, problems };
};

const promptfooColumn = (name: string): Column | null => {
  if (/^__expected\d*$/.test(name)) return { kind: 'expected' };
  if (name === '__metric') return { kind: 'metric' };
  if (name === '__description') return { kind: 'description' };
  const [, key] = /^__metadata:(.+?)(?:\[\])?$/.exec(name) ?? [];
  return key === undefined ? null : { kind: 'metadata', name: key };
};

const quoteProblem = (file: string, record: CsvRecord, { message, offset }: NonNullable<CsvRecord['problem']>): PlacedProblem => ({
  at: { file, ...placeInRecord(record, offset) },
  message,
  hint: 'put the field in quotes, and double the quotes in it',
});

/** One record as a case, or what is wrong with its shape. Empty cells are not there. */
export const caseOfRecord = (
  { file, names, columns }: Table,
  record: CsvRecord,
): { readonly raw: RawCase } | { readonly problem: PlacedProblem } => {
  const at = (offset: number) => ({ file, ...placeInRecord(record, offset) });
  if (record.problem !== null) return { problem: quoteProblem(file, record, record.problem) };
  if (record.cells.length !== columns.length) {
    const message = `this record has ${record.cells.length} fields, and the table has ${columns.length} columns`;
    return { problem: { at: at(0), message, hint: 'put a field that holds the separator in quotes' } };
  }
  const value: Record<string, Json> = {};
  const vars: Record<string, Json> = {};
  const tags: string[] = [];
  const expect: JsonObject[] = [];
  const expectColumns: number[] = [];
  let metric: string | null = null;
  columns.forEach((column, index) => {
    const cell = record.cells[index]?.text ?? '';
    if (column.kind === 'variable') vars[column.name] = cell;
    if (cell.trim() === '') return;
    if (column.kind === 'field' && column.name === 'tags') tags.push(...listIn(cell));
    else if (column.kind === 'field') value[column.name] = column.name === 'repeats' ? numberIn(cell) : cell;
    else if (column.kind === 'metadata') tags.push(`${column.name}=${cell.trim()}`);
    else if (column.kind === 'metric') metric = cell.trim();
    else if (column.kind === 'expected') {
      expect.push(expectationOfCell(cell));
      expectColumns.push(index);
    }
  });
  const columnOf = ([key, position]: Problem['path']): number => {
    if (key === 'expect') return expectColumns[Number(position)] ?? -1;
    return names.indexOf(String(key === 'vars' ? position : key));
  };
  const place = ({ path, message, hint }: Problem): PlacedProblem => {
    const column = columnOf(path);
    const name = column === -1 ? 'this case' : (names[column] ?? '');
    return { at: at(record.cells[column]?.offset ?? 0), message: `${name} ${message}`, hint };
  };
  const measured = metric === null ? expect : expect.map((each) => ({ ...each, metric }));
  return {
    raw: {
      value: { ...value, vars, ...(tags.length === 0 ? {} : { tags }), ...(expect.length === 0 ? {} : { expect: measured }) },
      at: at(0),
      place,
      isForeign: false,
      recorded: null,
    },
  };
};

const listIn = (cell: string): readonly string[] =>
  cell
    .split(/[,;]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** What is no number stays as it is, for the schema to refuse. */
const numberIn = (cell: string): Json => (/^\d+$/.test(cell.trim()) ? Number(cell) : cell);
