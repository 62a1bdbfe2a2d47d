import { basename, dirname, resolve } from 'node:path';
import { badFile } from '../../../fleet/problem-report.ts';
import { showPath } from '../../../fleet/problem-words.ts';
import type { Problem } from '../../../fleet/problems.ts';
import type { At } from '../../../fleet/slots.ts';
import { locate, parseYaml, plainValue } from '../../../fleet/yaml.ts';
import { type OpsError, usageError } from '../../../ground/errors.ts';
import { isObject, type Json, type JsonObject } from '../../../ground/json.ts';
import type { Files } from '../../../ground/runtime/context.ts';
import { pickAssertion } from '../../expect/schema.ts';
import { loadCase } from '../load-case.ts';
import { convertTest } from './promptfoo-test.ts';
import { type Leave, type PromptfooDesk, readDefaultTest, readPrompts, readTests, resolveFiles } from './read-promptfoo-files.ts';
import { suiteText } from './suite-text.ts';

/** Something of the file that the suite does not say, or not quite. */
export interface LeftOut {
  readonly at: At;
  /** `tests[3].assert[0]` */
  readonly path: string;
  /** What it is called: `is-sql`. */
  readonly name: string;
  readonly why: string;
  /** It is taken over all the same, and this is to be known of it. */
  readonly isKept: boolean;
}

export interface Import {
  /** The suite, as the text of its file. */
  readonly text: string;
  readonly cases: number;
  readonly assertions: number;
  /** In the order of the file. */
  readonly leftOut: readonly LeftOut[];
}

const maxBytes = 16 * 1024 * 1024;
/** Says nothing about what is asked or expected. */
const idle =
  'description providers targets outputPath sharing env tags metadata commandLineOptions evaluateOptions writeLatestResults evalId $schema'.split(
    ' ',
  );
const read = ['prompts', 'tests', 'defaultTest', 'assertionTemplates'];

/**
 * Reads a configuration of promptfoo, with the files it names, as a suite. What maps has the same verdict; what does not is left out
 * and told by name. Throws a usage error where the file is no configuration. Source: promptfoo's configuration reference, 0.121.
 */
export const readPromptfoo = async (files: Files, path: string, cwd: string): Promise<Import> => {
  const { root, problems } = parseYaml(files.readText(path, maxBytes), path);
  if (root === null || problems.length > 0 || root.kind !== 'map') {
    const found =
      problems.length > 0
        ? problems
        : [
            {
              at: root?.at ?? { file: path, line: 1, column: 1 },
              message: 'the file must be a map of sections',
              hint: 'name a promptfooconfig.yaml',
            },
          ];
    throw badFile(
      {
        code: 'promptfoo_invalid',
        path,
        problems: found,
        hint: 'agentops eval import promptfoo promptfooconfig.yaml --out suites/NAME.yaml',
      },
      cwd,
    );
  }
  const config = plainValue(root) as JsonObject;
  const leftOut: LeftOut[] = [];
  const leave: Leave = (at, where, name, why, isKept = false) => {
    leftOut.push({ at, path: where, name, why, isKept });
  };
  for (const key of Object.keys(config)) {
    if (idle.includes(key) || read.includes(key) || isNothing(config[key])) continue;
    leave(locate(root, [key], 'key'), key, key, 'it has no counterpart');
  }
  const desk: PromptfooDesk = { files, root, config, folder: dirname(path), leave };
  const prompts = readPrompts(desk);
  const defaults = readDefaultTest(desk);
  const written: { remarks: string[]; value: JsonObject }[] = [];
  const told = new Set<string>();
  let assertions = 0;
  const ids = new Set<string>();
  for (const test of readTests(desk)) {
    const resolved = resolveFiles(test.value, desk);
    const converted = convertTest({ test: resolved, defaults, prompts });
    for (const { path: below, name, why, isKept } of converted.unmapped)
      leave(test.at(below), `${test.name}${below.length === 0 ? '' : `.${showPath(below)}`}`, name, why, isKept);
    for (const { path: below, name, why, isKept } of converted.unmappedDefaults) {
      const where = `defaultTest.${showPath(below)}`;
      if (told.has(where)) continue;
      told.add(where);
      leave(locate(root, ['defaultTest', ...below]), where, name, why, isKept);
    }
    const remarks = converted.unmapped.map(
      ({ name, why, path: below, isKept }) => `${isKept === true ? 'note' : 'left out'}: ${name} (${placeOf(test.at(below), cwd)}): ${why}`,
    );
    for (const value of converted.cases) {
      const named = withId(value, ids, test.name);
      const { accepted, faults } = await acceptedPart(named);
      for (const { name, why } of faults) {
        leave(test.at([]), test.name, name, why);
        remarks.push(`left out: ${name} (${placeOf(test.at([]), cwd)}): ${why}`);
      }
      if (accepted === null) continue;
      assertions += listIn(accepted, 'expect').length;
      written.push({ remarks, value: accepted });
    }
  }
  leftOut.sort((a, b) =>
    a.at.file === b.at.file ? a.at.line - b.at.line : a.at.file === path ? -1 : b.at.file === path ? 1 : a.at.file < b.at.file ? -1 : 1,
  );
  if (written.length === 0) throw nothingMapped(path, leftOut, cwd);
  const repeat = isObject(config['evaluateOptions']) ? config['evaluateOptions']['repeat'] : undefined;
  const { shared, cases } = withSharedInput(written);
  const text = suiteText({
    head: headOf(path, config, leftOut, cwd),
    settings: [
      [
        'name',
        typeof config['description'] === 'string' && config['description'] !== ''
          ? config['description'].slice(0, 100)
          : basename(dirname(resolve(path))),
      ],
      ...(typeof repeat === 'number' && repeat > 1 ? [['repeats', repeat] as const] : []),
      ...(shared === null ? [] : [['defaults', { input: shared }] as const]),
    ],
    cases,
  });
  return { text, cases: written.length, assertions, leftOut };
};

const isNothing = (value: Json | undefined): boolean => value === null || (Array.isArray(value) && value.length === 0);

const placeOf = ({ file, line, column }: At, cwd: string): string =>
  `${file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file}:${line}:${column}`;

const headOf = (path: string, config: JsonObject, remarks: readonly LeftOut[], cwd: string): readonly string[] => {
  const providers = config['providers'] ?? config['targets'];
  const section = (title: string, isKept: boolean): readonly string[] => {
    const told = remarks.filter((remark) => remark.isKept === isKept);
    if (told.length === 0) return [];
    const lines = told.map(({ at, path: where, name, why }) => `  ${placeOf(at, cwd)} ${where === name ? '' : `${where} `}${name}: ${why}`);
    return ['', `${title}:`, ...lines];
  };
  return [
    `Made of ${basename(path)} by agentops eval import promptfoo.`,
    ...(providers === undefined
      ? []
      : ['The agent of the manifest is asked, in place of the providers there: name it with agent: or --agent.']),
    ...section('Left out', false),
    ...section('Taken over, but to be known', true),
  ];
};

const nothingMapped = (path: string, leftOut: readonly LeftOut[], cwd: string): OpsError =>
  usageError({
    code: 'promptfoo_empty',
    message: `${basename(path)} holds no test that can be taken over${leftOut.length === 0 ? '' : `:\n  ${leftOut.map(({ at, name, why }) => `${placeOf(at, cwd)}: ${name}: ${why}`).join('\n  ')}`}`,
    hint: 'a test needs a prompt, and at least one assertion that exists here',
  });

/** What all cases ask in the same words is said once. */
const withSharedInput = (written: readonly { remarks: readonly string[]; value: JsonObject }[]) => {
  const inputs = new Set(written.map(({ value }) => value['input']));
  const [only] = inputs;
  if (inputs.size !== 1 || written.length < 2 || typeof only !== 'string') return { shared: null, cases: written };
  const cases = written.map(({ remarks, value: { input: _, ...value } }) => ({ remarks, value }));
  return { shared: only, cases };
};

/** Descriptions are ids where they are unique; what would get the id of another test gets a number of its own. */
const withId = (value: JsonObject, ids: Set<string>, name: string): JsonObject => {
  const { id: _, ...rest } = value;
  const label = typeof value['cluster'] === 'string' ? ` (${value['cluster']})` : '';
  const wish = `${(typeof value['id'] === 'string' ? value['id'] : name).replace(/\s+/g, ' ').trim().slice(0, 150)}${label.slice(0, 40)}`;
  for (let number = 1; ; number++) {
    const id = number === 1 ? wish : `${wish} ${number}`;
    if (ids.has(id)) continue;
    ids.add(id);
    return { id, ...rest };
  }
};

/** A case with the assertions that the loader of suites takes, and what it says of the others; null where nothing is left. */
const acceptedPart = async (
  value: JsonObject,
): Promise<{ readonly accepted: JsonObject | null; readonly faults: readonly { readonly name: string; readonly why: string }[] }> => {
  const found: Pick<Problem, 'path' | 'message'>[] = [];
  const at = { file: '', line: 1, column: 1 };
  const place = ({ path, message, hint }: Problem) => {
    if (message !== '') found.push({ path, message });
    return { at, message, hint };
  };
  const none = { severity: 'normal', cluster: null, tags: [], vars: {}, input: null, turns: null, expect: [] } as const;
  const loaded = await loadCase({ value, at, place, isForeign: false, recorded: null }, none, null);
  if (loaded.case !== null) return { accepted: value, faults: [] };
  const expect = listIn(value, 'expect');
  const wrong = new Map(
    found.flatMap(({ path: [key, index], message }) => (key === 'expect' && typeof index === 'number' ? [[index, message] as const] : [])),
  );
  const other = found.find(({ path: [key] }) => key !== 'expect');
  if (other !== undefined)
    return { accepted: null, faults: [{ name: String(value['id']), why: `${showPath(other.path)} ${other.message}`.trim() }] };
  const faults = [...wrong].map(([index, why]) => ({ name: nameOf(expect[index] ?? null), why: `its value ${why}` }));
  const left = expect.filter((_, index) => !wrong.has(index));
  return { accepted: left.length === 0 ? null : { ...value, expect: left }, faults };
};

const listIn = (value: JsonObject, key: string): readonly Json[] => {
  const found = value[key];
  return Array.isArray(found) ? found : [];
};

/** What an assertion is called. */
const nameOf = (written: Json): string => {
  const picking = pickAssertion(written);
  return picking.ok ? picking.picked.type : 'an assertion';
};
