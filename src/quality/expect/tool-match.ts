import { z } from 'zod';
import type { ToolCall } from '../../agents/protocols/port.ts';
import { canonicalJson, isObject, type Json, type JsonObject } from '../../ground/json.ts';
import { globPattern } from '../../ground/pattern.ts';
import { excerptOf } from '../../ground/redaction/redaction.ts';

const toolName = () => z.string({ error: 'must be the name of a tool' }).min(1, 'must name a tool');

/** promptfoo's matcher: `name` and `pattern` both are globs there. */
const matcherShape = { name: toolName().optional(), pattern: toolName().optional() } as const;

/** The keys of a tool matcher; further keys are the assertion's own. Requires `name` or `pattern`. */
export const toolMatcher = <Extra extends z.ZodRawShape>(extra: Extra) =>
  z.strictObject({ ...matcherShape, ...extra }).superRefine((given, ctx) => {
    const named = given as { name?: string; pattern?: string };
    if (named.name === undefined && named.pattern === undefined) {
      ctx.addIssue({ code: 'custom', message: 'needs name (a tool, * and ? allowed)', input: given });
    }
  });

export const globOf = ({ name, pattern }: { readonly name?: string | undefined; readonly pattern?: string | undefined }): string =>
  pattern ?? name ?? '*';

/** A tool name or glob. */
export const toolNameField = toolName;

export const callsOf = (calls: readonly ToolCall[], glob: string): readonly ToolCall[] => {
  const wanted = globPattern(glob);
  return calls.filter(({ name }) => wanted.test(name));
};

/** For a person: the tools in the order they were called. */
export const toolList = (calls: readonly ToolCall[]): string =>
  calls.length === 0 ? 'no tool was called' : excerptOf(calls.map(({ name }) => name).join(', '));

/** For a person: calls with their arguments. */
export const callList = (calls: readonly ToolCall[]): string =>
  excerptOf(calls.map(({ name, args }) => `${name}(${args === null ? '' : JSON.stringify(args)})`).join(', '));

export interface ArgsRule {
  readonly args: Json;
  readonly mode: 'partial' | 'exact';
  /** Arguments that may be there as long as they have this value. */
  readonly defaults: JsonObject;
  /** Names or globs of arguments that are not looked at. */
  readonly ignore: readonly string[];
}

const same = (a: Json, b: Json): boolean => canonicalJson(a) === canonicalJson(b);

/** Objects may have more keys than expected, at every depth; lists are compared item by item and have the same length. */
const includes = (actual: Json, expected: Json): boolean => {
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && actual.length === expected.length && expected.every((item, index) => includes(actual[index], item));
  }
  if (!isObject(expected)) return same(actual, expected);
  return (
    isObject(actual) && Object.entries(expected).every(([key, item]) => Object.hasOwn(actual, key) && includes(actual[key] ?? null, item))
  );
};

const without = (value: Json, dropped: (key: string, item: Json) => boolean): Json =>
  isObject(value) ? Object.fromEntries(Object.entries(value).filter(([key, item]) => !dropped(key, item))) : value;

const isIgnored = (key: string, ignore: readonly string[]): boolean =>
  ignore.some((entry) => entry === key || (/[*?]/.test(entry) && globPattern(entry).test(key)));

/** Ignored and default arguments are dropped first (at the top level), then the rest is compared. */
export const argsMatch = (actual: Json, rule: ArgsRule): boolean => {
  const { defaults, ignore } = rule;
  const isDefault = (key: string, item: Json): boolean => Object.hasOwn(defaults, key) && same(item, defaults[key] ?? null);
  const looked = without(actual, (key, item) => isIgnored(key, ignore) || isDefault(key, item));
  const expected = without(rule.args, (key) => isIgnored(key, ignore));
  return rule.mode === 'exact' ? same(looked, expected) : includes(looked, expected);
};
