import type { z } from 'zod';
import { digString } from '../ground/json.ts';
import { listOf, nearest } from '../ground/output/phrases.ts';
import { article, shown, showPath, suggestion, withUnit } from './problem-words.ts';
import { keysOf, shapesAt } from './schema-walk.ts';
import type { At } from './slots.ts';

export { suggestion } from './problem-words.ts';

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
  /** Another place that the message ends with. */
  readonly also?: At;
}

type Issue = z.core.$ZodIssue;

/** A value as its schema reads it, or everything that is wrong with it in words an author understands. */
export const readWith = <T extends z.ZodType>(
  schema: T,
  value: unknown,
  base: readonly PropertyKey[] = [],
): { readonly data: z.output<T> } | { readonly problems: readonly Problem[] } => {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { data: result.data };
  const { issues } = result.error;
  const bounded = new Set(issues.filter((issue) => isBound(issue) && !isLimitOfWholeNumbers(issue)).map(({ path }) => showPath(path)));
  return {
    problems: issues
      .filter((issue) => !(isLimitOfWholeNumbers(issue) && bounded.has(showPath(issue.path))))
      .flatMap((issue) => translate(issue, schema, base)),
  };
};

/** Everything that is wrong with a value; empty where it fits. */
export const problemsOf = (schema: z.ZodType, value: unknown, base: readonly PropertyKey[] = []): readonly Problem[] => {
  const read = readWith(schema, value, base);
  return 'problems' in read ? read.problems : [];
};

type Bound = z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig;

const isBound = (issue: Issue): issue is Bound => issue.code === 'too_small' || issue.code === 'too_big';

const boundOf = (issue: Bound) => (issue.code === 'too_small' ? issue.minimum : issue.maximum);

/** Whole numbers end where they are no longer exact; a bound of ours at the same place says more. */
const isLimitOfWholeNumbers = (issue: Issue): boolean => isBound(issue) && Math.abs(Number(boundOf(issue))) === Number.MAX_SAFE_INTEGER;

const translate = (issue: Issue, schema: z.ZodType, base: readonly PropertyKey[]): readonly Problem[] => {
  const path = [...base, ...issue.path];
  const problem = (message: string, hint: string | null = null): readonly Problem[] => [{ path, about: 'value', message, hint }];
  if (issue.code === 'unrecognized_keys') {
    const valid = shapesAt(schema, issue.path).flatMap(keysOf);
    return issue.keys.map((key) => ({
      path: [...path, key],
      about: 'key',
      message: 'is not a key that is known here',
      hint: suggestion(key, valid),
    }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path, about: 'key', message: issue.issues[0]?.message ?? 'is not a name that may stand here', hint: null }];
  }
  if (isMissing(issue)) {
    const only = issue.code === 'invalid_value' && issue.values.length === 1 ? ` ${String(issue.values[0])}` : '';
    return problem('is missing', path.length === 0 ? null : `add ${String(path.at(-1))}:${only}`);
  }
  if (issue.code === 'invalid_union') {
    const meant = branchMeant(issue.errors);
    if (meant !== null) return meant.flatMap((inner) => translate({ ...inner, path: [...issue.path, ...inner.path] }, schema, base));
  }
  if (isOurs(issue)) return problem(withFound(issue), ownHint(issue) ?? unitHint(issue, schema));
  switch (issue.code) {
    case 'invalid_union':
      return problem(`must be ${listOf(kindsOf(issue.errors), 'or')}, not ${shown(issue.input)}`);
    case 'invalid_type':
      return problem(`must be ${article(issue.expected)}, not ${shown(issue.input)}`, typeHint(issue));
    case 'invalid_value':
      return problem(`must be ${listOf(issue.values.map(String), 'or')}, not ${shown(issue.input)}`, valueHint(issue));
    case 'too_small':
    case 'too_big':
      return problem(boundMessage(issue));
    default:
      return problem(issue.message);
  }
};

/** Zod's own sentences start with `Invalid`; every other one was written for an author. Bounds and choices have one form for all fields. */
const isOurs = ({ code, message }: Issue): boolean =>
  !(code === 'invalid_value' || code === 'too_small' || code === 'too_big' || message.startsWith('Invalid'));

/** What an author may do, where the complaint of a schema brings it along as `params: { hint }`. */
const ownHint = (issue: Issue): string | null => (issue.code === 'custom' ? digString(issue.params, 'hint') : null);

/** A sentence of ours with what was found, but for secrets; a complaint about a whole map needs no more words. */
const withFound = ({ message, input }: Issue): string => {
  if (/^must be [^,]*$/.test(message)) return `${message}, not ${shown(input)}`;
  return message.startsWith('holds a ') || !isSimple(input) ? message : `${message} (found ${shown(input)})`;
};

const isSimple = (input: unknown): boolean => typeof input === 'string' || typeof input === 'number' || typeof input === 'boolean';

const isMissing = (issue: Issue): boolean =>
  issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union');

/** True where a branch of a union could not take a value of this kind at all. */
const isOtherKind = (issue: Issue): boolean =>
  issue.path.length === 0 &&
  (issue.code === 'invalid_type' || (issue.code === 'invalid_union' && issue.errors.every((branch) => branch.some(isOtherKind))));

/** The branch of a union that its author meant: of those that take this kind of value, the one with the fewest complaints. */
const branchMeant = (branches: readonly (readonly Issue[])[]): readonly Issue[] | null =>
  [...branches].filter((issues) => !issues.some(isOtherKind)).sort((a, b) => a.length - b.length)[0] ?? null;

const kindsOf = (branches: readonly (readonly Issue[])[]): readonly string[] => {
  const kinds = branches.flat().flatMap((issue) => {
    if (issue.code === 'invalid_union') return kindsOf(issue.errors);
    return issue.path.length === 0 && issue.code === 'invalid_type' ? [article(issue.expected)] : [];
  });
  return kinds.length === 0 ? ['something else'] : [...new Set(kinds)];
};

const unitHint = (issue: Issue, schema: z.ZodType): string | null => {
  const meta = shapesAt(schema, issue.path).find((shape) => shape.meta.unit !== undefined)?.meta;
  if (meta === undefined) return null;
  const fixed = typeof issue.input === 'number' ? withUnit(meta.unit ?? '', issue.input) : null;
  const examples = meta.input?.['examples'];
  return fixed !== null ? `write ${fixed}` : Array.isArray(examples) ? `write it like ${listOf(examples.map(String), 'or')}` : null;
};

const typeHint = ({ expected, input }: z.core.$ZodIssueInvalidType): string | null => {
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean')) return `put it in quotes: "${input}"`;
  if (expected === 'array' && isSimple(input)) return `write it as a list: [${shown(input)}]`;
  if ((expected === 'object' || expected === 'record') && input === null) return 'write its keys in the lines below, indented further';
  if (expected !== 'boolean' || typeof input !== 'string') return null;
  return /^(yes|on)$/i.test(input) ? 'write true' : /^(no|off)$/i.test(input) ? 'write false' : null;
};

const valueHint = ({ values, input }: z.core.$ZodIssueInvalidValue): string | null => {
  const same = values.find(
    (value) => isSimple(input) && typeof value !== typeof input && (value === String(input) || String(value) === input),
  );
  if (same !== undefined) return typeof same === 'string' ? `put it in quotes: "${same}"` : `take the quotes off: ${String(same)}`;
  if (typeof input === 'number') {
    const texts = values.filter((value) => typeof value === 'string' && Number(value) === input);
    if (texts.length > 0) return `put it in quotes: "${String(texts[0])}"`;
  }
  const near = typeof input === 'string' ? nearest(input, values.map(String)) : null;
  return near === null ? null : `did you mean ${JSON.stringify(near)}?`;
};

const boundMessage = (issue: Bound): string => {
  const bound = boundOf(issue);
  const side = issue.code === 'too_small' ? 'at least' : 'at most';
  if (issue.origin === 'string') return bound === 1 ? 'must not be empty' : `must have ${side} ${bound} characters`;
  if (issue.origin === 'array') return bound === 1 ? 'must not be an empty list' : `must have ${side} ${bound} items`;
  return `must be ${side} ${bound}, not ${shown(issue.input)}`;
};
