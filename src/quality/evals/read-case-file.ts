import { z } from 'zod';
import { type FoundReference, findSlots, interpolate, type Lookup } from '../../fleet/interpolate.ts';
import { showPath } from '../../fleet/problem-words.ts';
import type { PlacedProblem, Problem } from '../../fleet/problems.ts';
import { pathKey } from '../../fleet/slot-path.ts';
import { locate, parseYaml, plainValue, type YamlNode } from '../../fleet/yaml.ts';
import { parseJson } from '../../ground/json.ts';
import type { Files } from '../../ground/runtime/context.ts';
import { pickAssertion } from '../expect/schema.ts';
import { caseOfRecord, readHead } from './csv-case.ts';
import { csvRecords } from './csv-records.ts';
import type { RawCase, ReadCase } from './raw-case.ts';
import { caseSchema } from './schema.ts';
import { linesOf, longestLine } from './text-lines.ts';

/** How a file of cases is written; null: in no way that is known. */
export const formatOf = (path: string): 'tree' | 'lines' | 'table' | null => {
  if (/\.(ya?ml|json)$/i.test(path)) return 'tree';
  if (/\.(jsonl|ndjson)$/i.test(path)) return 'lines';
  return /\.(csv|tsv)$/i.test(path) ? 'table' : null;
};

/** What reading a file of cases may touch. */
export interface CaseDesk {
  readonly files: Files;
  readonly lookup: Lookup;
  /** Told of every `${…}` that is met. */
  readonly onReference: (found: FoundReference) => void;
}

const pieceBytes = 256 * 1024;
/** Larger files are read line by line or not at all. */
const maxTreeBytes = 16 * 1024 * 1024;

/** The text of a file piece by piece, without its byte order mark. */
function* readText(files: Files, path: string): Generator<string> {
  const decoder = new TextDecoder('utf-8');
  for (let offset = 0; ; offset += pieceBytes) {
    const bytes = files.readBytes(path, offset, pieceBytes);
    const isLast = bytes.length < pieceBytes;
    yield decoder.decode(bytes, { stream: !isLast });
    if (isLast) return;
  }
}

/** The cases of a file in their order, each read when it is asked for. Throws a usage error where the file cannot be read. */
export const readCaseFile = (desk: CaseDesk, path: string): Iterable<ReadCase> => {
  const format = formatOf(path);
  if (format === 'lines') return readLines(desk.files, path);
  return format === 'table' ? readTable(desk.files, path) : readTree(desk, path);
};

function* readLines(files: Files, file: string): Generator<ReadCase> {
  for (const { text, line } of linesOf(readText(files, file))) {
    if (text.trim() === '') continue;
    const problem = (message: string, hint: string | null): ReadCase => ({ problem: { at: { file, line, column: 1 }, message, hint } });
    const value = parseJson(text);
    if (text.length >= longestLine) yield problem('this line is longer than 4 MiB', null);
    else if (text.includes('\uFFFD')) yield problem('this line is not UTF-8 text', 'save the file as UTF-8');
    else if (value === undefined) yield { problem: { at: { file, line, column: 1 }, ...notJson(text, file) } };
    else yield { raw: { value, at: { file, line, column: 1 }, place: placeInLine(text, file, line), isForeign: false, recorded: null } };
  }
}

/** JSON is YAML as well, whose parser knows where things stand. */
const placeInLine =
  (text: string, file: string, line: number) =>
  ({ path, about, message, hint }: Problem): PlacedProblem => {
    const { root } = parseYaml(text, file);
    const column = root === null ? 1 : locate(root, path, about).column;
    return { at: { file, line, column }, message: `${path.length === 0 ? 'this case' : showPath(path)} ${message}`, hint };
  };

const notJson = (text: string, file: string): Pick<PlacedProblem, 'message' | 'hint'> => {
  const isYaml = parseYaml(text, file).problems.length === 0;
  const hint =
    text.trim() === '[' ? 'one case a line; a list belongs into a .json file' : isYaml ? 'keys and texts need double quotes in JSON' : null;
  return { message: 'this line is not JSON', hint };
};

function* readTable(files: Files, file: string): Generator<ReadCase> {
  const records = csvRecords(linesOf(readText(files, file)), /\.tsv$/i.test(file) ? '\t' : null);
  const head = records.next();
  if (head.done === true) return;
  const { table, problems } = readHead(file, head.value);
  for (const problem of problems) yield { problem };
  if (problems.length > 0) return;
  for (const record of records) {
    if (!record.source.includes('\uFFFD')) yield caseOfRecord(table, record);
    else
      yield {
        problem: { at: { file, line: record.line, column: 1 }, message: 'this record is not UTF-8 text', hint: 'save the file as UTF-8' },
      };
  }
}

const casesSchema = z.array(caseSchema);
const fileSchema = z.strictObject({ cases: casesSchema });

function* readTree(desk: CaseDesk, file: string): Generator<ReadCase> {
  const tree = readPlacedTree(desk, file, (root) => (root.kind === 'map' ? fileSchema : casesSchema));
  for (const problem of tree.problems) yield { problem };
  const { root, value } = tree;
  if (root === null) return;
  const cases = root.kind === 'map' ? root.entries.get('cases') : root;
  const stray = root.kind === 'map' ? [...root.entries].find(([key]) => key !== 'cases') : undefined;
  if (stray !== undefined) {
    const hint = 'this file holds cases alone; what is said of all of them belongs into the suite';
    yield { problem: { at: stray[1].keyAt ?? stray[1].at, message: `${showPath([stray[0]])} is not a key that is known here`, hint } };
  }
  if (cases?.kind !== 'list')
    yield {
      problem: {
        at: (cases ?? root).at,
        message: 'the file must be a list of cases',
        hint: 'begin each with a dash, or write cases: above them',
      },
    };
  else
    yield* casesOf(
      cases,
      root.kind === 'map' ? ((value as Record<string, unknown>)['cases'] as unknown[]) : (value as unknown[]),
      root.kind === 'map' ? ['cases'] : [],
    );
}

/** The cases of a list in a tree. */
export function* casesOf(list: YamlNode, values: readonly unknown[], base: readonly PropertyKey[]): Generator<ReadCase> {
  for (const [at, value] of values.entries()) {
    const place: RawCase['place'] = ({ path, about, message, hint }) => ({
      at: locate(list, [at, ...path], about),
      message: `${showPath([...base, at, ...path])} ${message}`,
      hint,
    });
    yield { raw: { value, at: locate(list, [at]), place, isForeign: false, recorded: null } };
  }
}

export interface PlacedTree {
  readonly root: YamlNode | null;
  /** With every reference replaced. */
  readonly value: unknown;
  readonly problems: readonly PlacedProblem[];
}

/** A YAML or JSON file with its references replaced, as in the manifest. */
export const readPlacedTree = (
  { files, lookup, onReference }: CaseDesk,
  file: string,
  schemaOf: (root: YamlNode) => z.ZodType,
): PlacedTree => {
  const { root, problems } = parseYaml(files.readText(file, maxTreeBytes), file);
  if (root === null || problems.length > 0)
    return { root: null, value: null, problems: root === null && problems.length === 0 ? [emptyFile(file)] : problems };
  const schema = schemaOf(root);
  const slots = new Map<string, z.ZodType | null>();
  for (const { path, node } of findSlots(root, schema)) slots.set(pathKey(path), isCode(node) ? null : anything);
  const found = interpolate(root, schema, slots, lookup);
  for (const reference of found.references) onReference(reference);
  return { root, value: found.value, problems: found.problems };
};

const emptyFile = (file: string): PlacedProblem => ({
  at: { file, line: 1, column: 1 },
  message: 'the file is empty',
  hint: 'write cases: into it',
});

const anything = z.unknown();

/** Code has a `${…}` of its own. */
const isCode = (node: YamlNode): boolean => {
  const picking = pickAssertion(plainValue(node));
  return picking.ok && picking.picked.base === 'javascript';
};
