import type { z } from 'zod';
import { nearest } from '../ground/output/phrases.ts';
import { keysOf, shapesAt } from './schema-walk.ts';
import type { At } from './slots.ts';

/** Something wrong at a path of a value: a sentence that goes on from "PATH …". */
export interface Problem {
  readonly path: readonly PropertyKey[];
  /** `key`: the name is wrong rather than what stands under it. */
  readonly about: 'key' | 'value';
  readonly message: string;
  readonly hint: string | null;
}

/** A problem with the place it stands at. */
export interface PlacedProblem {
  readonly at: At;
  readonly message: string;
  readonly hint: string | null;
}

/** Every problem zod found, in words an author understands. */
export const problemsOf = (schema: z.ZodType, value: unknown, base: readonly PropertyKey[] = []): readonly Problem[] => {
  const result = schema.safeParse(value, { reportInput: true });
  return result.success ? [] : result.error.issues.flatMap((issue) => translate(issue, schema, base));
};

const translate = (issue: z.core.$ZodIssue, schema: z.ZodType, base: readonly PropertyKey[]): readonly Problem[] => {
  const path = [...base, ...issue.path];
  const problem = (message: string, hint: string | null = null): Problem => ({ path, about: 'value', message, hint });
  if (issue.code === 'unrecognized_keys') {
    const valid = shapesAt(schema, issue.path).flatMap(keysOf);
    return issue.keys.map((key) => ({
      path: [...path, key],
      about: 'key',
      message: 'is not a key that is known here',
      hint: suggestion(key, valid),
    }));
  }
  if (issue.code === 'invalid_union') {
    const branch = closest(issue.errors);
    if (branch !== null) return branch.flatMap((inner) => translate({ ...inner, path: [...issue.path, ...inner.path] }, schema, base));
    return [problem(`${kinds(issue.errors)}, not ${shown(issue.input)}`)];
  }
  if (issue.code === 'invalid_key') {
    return [{ path, about: 'key', message: issue.issues[0]?.message ?? 'is not a name that may stand here', hint: null }];
  }
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return [problem('is missing', hintForMissing(path))];
    return [problem(`must be ${article(issue.expected)}, not ${shown(issue.input)}`)];
  }
  if (issue.code === 'invalid_value') {
    if (issue.input === undefined) return [problem('is missing', hintForMissing(path))];
    const names = issue.values.map(String);
    const near = typeof issue.input === 'string' ? nearest(issue.input, names) : null;
    return [problem(`must be ${oneOf(names)}, not ${shown(issue.input)}`, near === null ? null : `did you mean ${JSON.stringify(near)}?`)];
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
    const side = issue.code === 'too_small' ? 'at least' : 'at most';
    if (issue.origin === 'string') return [problem(bound === 1 ? 'must not be empty' : `must have ${side} ${bound} characters`)];
    if (issue.origin === 'array') return [problem(bound === 1 ? 'must not be an empty list' : `must have ${side} ${bound} items`)];
    return [problem(`must be ${side} ${bound}, not ${shown(issue.input)}`)];
  }
  // A sentence of ours: it goes on from the path and names what it found.
  const found = typeof issue.input === 'string' || typeof issue.input === 'number' ? ` (found ${shown(issue.input)})` : '';
  return [problem(`${issue.message}${issue.message.startsWith('holds a') ? '' : found}`)];
};

/** The branch of a union the author most likely meant: the one whose complaints lie deepest, if any lies below the value itself. */
const closest = (branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | null => {
  const ours = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type'));
  const [best] = [...ours].sort((a, b) => a.length - b.length);
  return best ?? null;
};

const kinds = (branches: readonly (readonly z.core.$ZodIssue[])[]): string => {
  const expected = branches
    .flat()
    .flatMap((issue) => (issue.path.length === 0 && issue.code === 'invalid_type' ? article(issue.expected) : []));
  return `must be ${oneOf([...new Set(expected)])}`;
};

const article = (expected: string): string =>
  ({
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    object: 'a map',
    record: 'a map',
    array: 'a list',
    tuple: 'a list',
  })[expected] ?? expected;

const oneOf = (names: readonly string[]): string =>
  names.length <= 1 ? (names[0] ?? 'something else') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

const shown = (input: unknown): string => {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a map';
  const text = JSON.stringify(input) ?? String(input);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
};

const hintForMissing = (path: readonly PropertyKey[]): string | null => (path.length === 0 ? null : `add ${String(path.at(-1))}:`);

/** "did you mean" where a name is near, else the names there are. */
export const suggestion = (name: string, valid: readonly string[]): string | null => {
  const near = nearest(name, valid);
  if (near !== null) return `did you mean ${JSON.stringify(near)}?`;
  return valid.length === 0 ? null : `known here: ${valid.join(', ')}`;
};

/** `agents.support.checks[0].input` */
export const showPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
