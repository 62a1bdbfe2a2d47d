import { isObject, type Json, type JsonObject } from '../../../ground/json.ts';
import { compileBody } from '../../expect/function-body.ts';
import { assertionNames } from '../../expect/registry.ts';
import { isPlainTemplate, whyNotPlain } from './nunjucks-text.ts';

/** Something of a promptfoo file that has no counterpart. */
export interface Unmapped {
  /** Below the place that was converted. */
  readonly path: readonly PropertyKey[];
  /** What it is called: `is-sql`, `transform`. */
  readonly name: string;
  readonly why: string;
  /** It is taken over all the same, and this is to be known of it. */
  readonly isKept?: boolean;
}

export interface ConvertedAssertions {
  readonly expect: readonly Json[];
  readonly unmapped: readonly Unmapped[];
}

/** Other names for what exists here. */
const aliases: Readonly<Record<string, string>> = { 'model-graded-factuality': 'factuality', 'similar:cosine': 'similar' };
const kept = ['threshold', 'weight', 'metric'];
/** Where promptfoo assumes a threshold that is not written. */
const assumed: Readonly<Record<string, number>> = { similar: 0.75 };

/**
 * Assertions of promptfoo as ours, each with the same verdict, or the reason why one has none. A set without a threshold is its members:
 * all of them must pass.
 * @param list with `file://` values read already
 */
export const convertAssertions = (list: readonly Json[]): ConvertedAssertions => {
  const all = list.map((raw, at) => convertAssertion(raw, [at]));
  return { expect: all.flatMap(({ expect }) => expect), unmapped: all.flatMap(({ unmapped }) => unmapped) };
};

const convertAssertion = (raw: Json, path: readonly PropertyKey[]): ConvertedAssertions => {
  const type = isObject(raw) && typeof raw['type'] === 'string' ? raw['type'] : '';
  const leave = (why: string, name = type): ConvertedAssertions => ({
    expect: [],
    unmapped: [{ path, name: name === '' ? 'an assertion' : name, why }],
  });
  if (!isObject(raw) || type === '') return leave('it names no type');
  if (type === 'assert-set') return convertSet(raw, path, leave);
  const negated = type.startsWith('not-');
  const written = negated ? type.slice('not-'.length) : type;
  const base = aliases[written] ?? written;
  if (!assertionNames.includes(base)) return leave('there is no such assertion here');
  if (raw['weight'] === 0) return leave('with weight 0 it always passes there, and it would decide here');
  const stray = Object.keys(raw).find((key) => !['type', 'value', 'provider', 'rubricPrompt', ...kept].includes(key));
  if (stray !== undefined) return leave(`${stray} has no counterpart`);
  const value = base === 'javascript' ? guardedCode(raw['value'] ?? null, negated) : plainValue(raw['value']);
  if (value.why !== null) return leave(value.why);
  const threshold = raw['threshold'] ?? assumed[base];
  const settings = Object.fromEntries(kept.flatMap((key) => (raw[key] === undefined || raw[key] === null ? [] : [[key, raw[key]]])));
  const name = negated ? `not-${base}` : base;
  const whole = {
    type: name,
    ...(value.value === undefined ? {} : { value: value.value }),
    ...settings,
    ...(threshold === undefined ? {} : { threshold }),
  };
  return { expect: [shortest(whole)], unmapped: [...judgeNotes(raw, name, path), ...differences(base, name, path)] };
};

/** `contains: x` where nothing stands beside it. */
const shortest = (whole: JsonObject): Json => {
  const { type, value, ...settings } = whole;
  if (Object.keys(settings).length > 0 || typeof type !== 'string') return whole;
  return value === undefined ? type : { [type]: value };
};

const convertSet = (raw: JsonObject, path: readonly PropertyKey[], leave: (why: string) => ConvertedAssertions): ConvertedAssertions => {
  if (raw['threshold'] !== undefined) return leave('a set with a threshold passes by its score, and here every assertion must pass');
  const inside = Array.isArray(raw['assert']) ? convertAssertions(raw['assert']) : { expect: [], unmapped: [] };
  return { ...inside, unmapped: inside.unmapped.map((each) => ({ ...each, path: [...path, 'assert', ...each.path] })) };
};

type Value = { readonly value: Json | undefined; readonly why: null } | { readonly why: string };

const plainValue = (value: Json | undefined): Value => {
  const why = value === undefined ? null : whyNotPlain(value);
  if (why !== null) return { why };
  return typeof value === 'string' && /^(file|package):/.test(value) ? { why: `${value} cannot be read here` } : { value, why: null };
};

/** Code that throws is a fail for promptfoo, and would be an error here: it says nothing about the agent. */
const guardedCode = (value: Json, negated: boolean): Value => {
  if (typeof value !== 'string') return { why: 'its code is no text' };
  if (/^(file|package):/.test(value)) return { why: `${value} runs code of a file` };
  if (!isPlainTemplate(value) || value.includes('{{')) return { why: 'its code is a template; here code reads context.vars' };
  const foreign = /\bcontext\s*\.\s*(?!vars\b)\w+|\b(?:require|process|import)\b(?=\s*[.(])/.exec(value);
  if (foreign !== null) return { why: `its code uses ${foreign[0]}, which is not there` };
  const compiled = compileBody(value.trimEnd());
  if (!compiled.ok) return { why: `its code cannot be read: ${compiled.problem}` };
  return { value: `try {\n${compiled.body}\n} catch {\n  return ${negated};\n}`, why: null };
};

/** Who judges is said in the manifest: a note, because the assertion itself is taken over. */
const judgeNotes = (raw: JsonObject, type: string, path: readonly PropertyKey[]): readonly Unmapped[] =>
  ['provider', 'rubricPrompt'].flatMap((key) =>
    raw[key] === undefined
      ? []
      : [{ path: [...path, key], name: `${key} of ${type}`, why: 'judges are named under judges: in the manifest', isKept: true }],
  );

/** Where the two do not always agree: a note, because the assertion itself is taken over. */
const differences = (base: string, name: string, path: readonly PropertyKey[]): readonly Unmapped[] =>
  base === 'contains-json'
    ? [{ path, name, why: 'here a list counts as well, and text that is only nearly JSON does not', isKept: true }]
    : [];
