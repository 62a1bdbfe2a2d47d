import { query } from 'jsonpath-rfc9535';
import parse from 'jsonpath-rfc9535/parser';
import { messageOf } from './errors.ts';
import { dig, isObject, type Json } from './json.ts';

/** A JSONPath query (RFC 9535). Asking it never throws: a value it cannot walk has no matches. */
export interface JsonPath {
  readonly source: string;
  /** The first match in document order, or undefined. A match may be null. */
  first(value: Json): Json | undefined;
  all(value: Json): readonly Json[];
}

export type CompiledPath = { readonly ok: true; readonly path: JsonPath } | { readonly ok: false; readonly problem: string };

/** RFC 9535 §2.4, without match() and search(): their patterns would run in a backtracking engine, on text that an agent chose. */
const functions = new Set(['length', 'count', 'value']);

const calledFunctions = (node: unknown): readonly string[] => {
  if (Array.isArray(node)) return node.flatMap(calledFunctions);
  if (!isObject(node)) return [];
  const own = node['type'] === 'FunctionExpr' && typeof node['name'] === 'string' ? [node['name']] : [];
  return [...own, ...Object.values(node).flatMap(calledFunctions)];
};

const matchesOf = (value: Json, source: string): readonly Json[] => {
  try {
    return query(value as never, source) as readonly Json[];
  } catch {
    // The query is known to be valid, so the value is too deep for the walk.
    return [];
  }
};

const whereItEnds = (source: string, offset: number): string =>
  offset >= source.length
    ? 'it ends too early'
    : `${JSON.stringify(source.slice(offset, offset + 20))} cannot follow ${JSON.stringify(source.slice(0, offset))}`;

/** Compiles `$.a.b[0]`; the problem reads on from the words "the path". */
export const compileJsonPath = (source: string): CompiledPath => {
  try {
    const refused = calledFunctions(parse(source)).find((name) => !functions.has(name));
    if (refused !== undefined)
      return { ok: false, problem: `calls ${refused}(), which is not supported; there are length(), count() and value()` };
  } catch (thrown) {
    if (!source.startsWith('$')) return { ok: false, problem: 'is not a JSONPath: it starts with $, as in $.a.b' };
    const offset = dig(thrown, 'location', 'start', 'offset');
    const said = typeof offset === 'number' ? whereItEnds(source, offset) : messageOf(thrown);
    return { ok: false, problem: `is not a JSONPath: ${said}` };
  }
  const all = (value: Json): readonly Json[] => matchesOf(value, source);
  return { ok: true, path: { source, all, first: (value) => all(value)[0] } };
};
