import { format, type Schema, type SchemaDraft, Validator } from '@cfworker/json-schema';
import { isObject, type Json } from '../../ground/json.ts';
import { compilePattern } from '../../ground/pattern.ts';

/** A JSON Schema that is ready to judge values. The problem of a value is a sentence, or null where it fits. */
export interface Shape {
  problemOf(value: Json): string | null;
}

export type CompiledShape = { readonly ok: true; readonly shape: Shape } | { readonly ok: false; readonly problem: string };

const drafts: readonly [mark: string, draft: SchemaDraft][] = [
  ['draft-04', '4'],
  ['draft-06', '7'],
  ['draft-07', '7'],
  ['2019-09', '2019-09'],
];

const draftOf = (schema: Json): SchemaDraft => {
  const named = isObject(schema) && typeof schema['$schema'] === 'string' ? schema['$schema'] : '';
  return drafts.find(([mark]) => named.includes(mark))?.[1] ?? '2020-12';
};

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
const maps = new Set(['properties', '$defs', 'definitions', 'dependentSchemas', 'dependencies']);
const literals = new Set(['const', 'enum', 'default', 'examples']);
const patternFormat = 'linear-time pattern ';

interface Rewritten {
  readonly schema: Json;
  readonly problems: readonly string[];
}

/**
 * The validator runs `pattern` in JavaScript's backtracking engine, on text that an agent chose; but it looks `format` up in an open table.
 * So every pattern becomes a format of its own that runs in linear time. Pattern keys have no such way out and are refused.
 */
const rewrite = (schema: Json, at: string): Rewritten => {
  const problems: string[] = [];
  const visit = (part: Json, path: string): Json => {
    const done = rewrite(part, path);
    problems.push(...done.problems);
    return done.schema;
  };
  if (Array.isArray(schema)) return { schema: schema.map((item, index) => visit(item, `${at}/${index}`)), problems };
  if (!isObject(schema)) return { schema, problems };

  const entries = Object.entries(schema).map(([key, value]): [string, Json] => {
    if (literals.has(key)) return [key, value];
    if (key === 'patternProperties') problems.push(`${at}/${key} is not supported; use properties, or propertyNames with a pattern`);
    if (key === 'type') {
      for (const name of Array.isArray(value) ? value : [value]) {
        if (typeof name !== 'string' || !types.has(name)) problems.push(`${at}/type is not a JSON type: ${JSON.stringify(name)}`);
      }
      return [key, value];
    }
    if (maps.has(key) && isObject(value)) {
      return [key, Object.fromEntries(Object.entries(value).map(([name, part]) => [name, visit(part, `${at}/${key}/${name}`)]))];
    }
    return [key, visit(value, `${at}/${key}`)];
  });

  const { pattern: source, ...rest } = Object.fromEntries(entries);
  if (typeof source !== 'string') return { schema: Object.fromEntries(entries), problems };
  const compiled = compilePattern(source);
  if (!compiled.ok) return { schema, problems: [...problems, `${at}/pattern ${compiled.problem}`] };
  const name = patternFormat + source;
  format[name] = (text) => compiled.pattern.test(text);
  const both = Array.isArray(rest['allOf']) ? rest['allOf'] : [];
  return { schema: { ...rest, allOf: [...both, { format: name }] }, problems };
};

/** Compiles a JSON Schema (draft 4, 7, 2019-09 or 2020-12, by its `$schema`; 2020-12 without one). */
export const compileShape = (written: Json): CompiledShape => {
  if (!isObject(written) && typeof written !== 'boolean') return { ok: false, problem: 'is not a JSON Schema: it must be an object' };
  const { schema, problems } = rewrite(written, '');
  if (problems[0] !== undefined) return { ok: false, problem: `is not a usable JSON Schema: ${problems[0]}` };
  try {
    const validator = new Validator(schema as Schema | boolean, draftOf(written));
    // The deepest error comes last and says most.
    const problemOf = (value: Json): string | null => {
      const { valid, errors } = validator.validate(value);
      if (valid) return null;
      const deepest = errors.at(-1);
      return `${deepest?.instanceLocation ?? '#'}: ${deepest?.error.replace(`format "${patternFormat}`, 'pattern "') ?? 'does not fit'}`;
    };
    // A reference to nothing is noticed only when a value is judged.
    problemOf(null);
    return { ok: true, shape: { problemOf } };
  } catch (thrown) {
    return {
      ok: false,
      problem: `is not a usable JSON Schema: ${thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown)}`,
    };
  }
};
