import { basename, resolve } from 'node:path';
import type { At } from '../../../fleet/slots.ts';
import { locate, parseYaml, plainValue, type YamlNode } from '../../../fleet/yaml.ts';
import { OpsError } from '../../../ground/errors.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../../../ground/json.ts';
import type { Files } from '../../../ground/runtime/context.ts';
import { csvRecords, placeInRecord } from '../csv-records.ts';
import { linesOf } from '../text-lines.ts';
import { convertPrompt } from './promptfoo-prompt.ts';
import { testOfRow } from './promptfoo-row.ts';

/** Tells of something that is not taken over. */
export type Leave = (at: At, where: string, name: string, why: string, isKept?: boolean) => void;

/** A configuration of promptfoo and where the files it names are. */
export interface PromptfooDesk {
  readonly files: Files;
  readonly root: YamlNode;
  readonly config: JsonObject;
  readonly folder: string;
  readonly leave: Leave;
}

/** A test with the place of everything in it. */
export interface PlacedTest {
  readonly name: string;
  readonly value: JsonObject;
  at(below: readonly PropertyKey[]): At;
}

export interface PlacedPrompt {
  readonly label: string;
  readonly raw: string;
}

const maxBytes = 16 * 1024 * 1024;

const asFile = (text: string): string => text.replace(/^file:\/\//, '');

/** The prompts of a configuration, those of files included; several in one file are separated by a line of three dashes. */
export const readPrompts = ({ files, root, config, folder, leave }: PromptfooDesk): readonly PlacedPrompt[] => {
  const given = config['prompts'];
  const list: readonly Json[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  const prompts = list.flatMap((item, index): readonly (PlacedPrompt & { readonly at: At; readonly where: string })[] => {
    const where = Array.isArray(given) ? `prompts[${index}]` : 'prompts';
    const at = locate(root, Array.isArray(given) ? ['prompts', index] : ['prompts']);
    const raw = isObject(item) ? (item['raw'] ?? item['id'] ?? null) : item;
    const label = isObject(item) && typeof item['label'] === 'string' ? item['label'] : `prompt ${index + 1}`;
    if (typeof raw !== 'string') return refuse(leave, at, where, 'a prompt', 'it is no text');
    const isFile = raw.startsWith('file://') || /^[^\s{]+\.(txt|md|json|j2|js|ts|mjs|cjs|py|csv|yaml|yml)$/.test(raw);
    if (isFile && !/\.(txt|md|json|j2)$/.test(raw))
      return refuse(leave, at, where, raw, 'a prompt of this kind of file cannot be read here');
    const texts = isFile ? readPieces(files, resolve(folder, asFile(raw))) : [raw];
    if (texts === null) return refuse(leave, at, where, raw, 'there is no readable file of this name');
    return texts.map((text, piece) => ({ label: texts.length > 1 ? `${label}.${piece + 1}` : label, raw: text, at, where }));
  });
  return prompts.filter(({ raw, at, where, label }) => {
    const converted = convertPrompt(raw);
    if ('why' in converted) leave(at, where, label, converted.why);
    else for (const note of converted.notes) leave(at, where, label, note, true);
    return !('why' in converted);
  });
};

const refuse = (leave: Leave, at: At, where: string, name: string, why: string): readonly never[] => {
  leave(at, where, name, why);
  return [];
};

const readPieces = (files: Files, path: string): readonly string[] | null => {
  const text = readOrNull(files, path);
  if (text === null) return null;
  return path.endsWith('.json') ? [text] : text.split(/^---\s*$/m).map((piece) => piece.trim());
};

const readOrNull = (files: Files, path: string): string | null => {
  try {
    return files.readText(path, maxBytes);
  } catch (thrown) {
    // Missing or unreadable: what names it is left out, and told with its place.
    if (thrown instanceof OpsError) return null;
    throw thrown;
  }
};

/** What every test takes, as the test it is written as. */
export const readDefaultTest = (desk: PromptfooDesk): JsonObject => {
  const { files, root, config, folder, leave } = desk;
  const given = config['defaultTest'];
  if (isObject(given)) return resolveFiles(given, desk);
  if (given === undefined || given === null) return {};
  const text = typeof given === 'string' ? readOrNull(files, resolve(folder, asFile(given))) : null;
  const value = text === null ? null : yamlValue(text);
  if (isObject(value)) return resolveFiles(value, desk);
  leave(locate(root, ['defaultTest']), 'defaultTest', 'defaultTest', 'it cannot be read');
  return {};
};

const yamlValue = (text: string): Json => {
  const { root } = parseYaml(text, '');
  return root === null ? null : (plainValue(root) as Json);
};

/** Templates of assertions, and the values and variables that stand in files. What cannot be read stays named, and is left out by name. */
export const resolveFiles = (test: JsonObject, { config, files, folder }: PromptfooDesk): JsonObject => {
  const templates = isObject(config['assertionTemplates']) ? config['assertionTemplates'] : {};
  const fileValue = (value: Json): Json => {
    if (typeof value !== 'string' || !value.startsWith('file://')) return value;
    const path = resolve(folder, asFile(value));
    const text = /\.(txt|md|json|ya?ml)$/.test(path) ? readOrNull(files, path) : null;
    if (text === null) return value;
    if (path.endsWith('.json')) return parseJson(text) ?? value;
    return /\.ya?ml$/.test(path) ? yamlValue(text) : text.trim();
  };
  const assertion = (raw: Json): Json => {
    if (!isObject(raw)) return raw;
    const [, name = ''] = /^#\/assertionTemplates\/(.+)$/.exec(String(raw['$ref'] ?? '')) ?? [];
    const template = templates[name];
    const { $ref: _, ...own } = raw;
    const merged: JsonObject = isObject(template) ? { ...template, ...own } : raw;
    const value = fileValue(merged['value'] ?? null);
    const isSchema = /(is|contains)-json$/.test(String(merged['type'])) && typeof value === 'string' && !/^file:/.test(value);
    return {
      ...merged,
      ...(merged['value'] === undefined ? {} : { value: isSchema ? yamlValue(value) : value }),
      ...(Array.isArray(merged['assert']) ? { assert: merged['assert'].map(assertion) } : {}),
    };
  };
  const vars = isObject(test['vars']) ? test['vars'] : {};
  return {
    ...test,
    vars: Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, varValue(fileValue(value), value)])),
    ...(Array.isArray(test['assert']) ? { assert: test['assert'].map(assertion) } : {}),
  };
};

/** A variable out of a file is text, also where the file holds more. */
const varValue = (found: Json, written: Json): Json => (found !== written && typeof found === 'object' ? JSON.stringify(found) : found);

/** Every test, those of files included. */
export function* readTests({ files, root, config, folder, leave }: PromptfooDesk): Generator<PlacedTest> {
  const given = config['tests'];
  const list: readonly Json[] = Array.isArray(given) ? given : given === undefined ? [{}] : [given];
  for (const [index, item] of list.entries()) {
    const where = Array.isArray(given) ? `tests[${index}]` : 'tests';
    const base = Array.isArray(given) ? ['tests', index] : ['tests'];
    if (isObject(item) && item['path'] === undefined) yield { name: where, value: item, at: (below) => locate(root, [...base, ...below]) };
    else {
      const named = isObject(item) ? item['path'] : item;
      const path = typeof named === 'string' ? resolve(folder, asFile(named)) : null;
      const text = path === null || !/\.(ya?ml|json|jsonl|csv)$/.test(path) ? null : readOrNull(files, path);
      if (path === null || text === null)
        leave(locate(root, base), where, String(named), 'tests of this kind of file cannot be read here, or it is not there');
      else yield* testsIn(path, text);
    }
  }
}

function* testsIn(file: string, text: string): Generator<PlacedTest> {
  const short = basename(file);
  if (file.endsWith('.csv')) yield* testsInTable(file, text);
  else if (file.endsWith('.jsonl')) {
    for (const { text: line, line: number } of linesOf([text])) {
      const value = parseJson(line);
      if (isObject(value)) yield { name: `${short}:${number}`, value, at: () => ({ file, line: number, column: 1 }) };
    }
  } else {
    const { root } = parseYaml(text, file);
    const value = root === null ? null : (plainValue(root) as Json);
    const list = Array.isArray(value) ? value : [value];
    for (const [index, item] of list.entries()) {
      if (root === null || !isObject(item)) continue;
      yield { name: `${short}[${index}]`, value: item, at: (below) => locate(root, Array.isArray(value) ? [index, ...below] : below) };
    }
  }
}

function* testsInTable(file: string, text: string): Generator<PlacedTest> {
  const records = csvRecords(linesOf([text.replace(/^\uFEFF/, '')]), ',');
  const head = records.next();
  if (head.done === true) return;
  const names = head.value.cells.map((cell) => cell.text.trim());
  for (const record of records) {
    const placed = { file, ...placeInRecord(record, 0) };
    const value = testOfRow(names.map((name, at) => [name, record.cells[at]?.text ?? '']));
    yield { name: `${basename(file)}:${placed.line}`, value, at: () => placed };
  }
}
