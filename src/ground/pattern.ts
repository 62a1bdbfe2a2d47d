import { RE2JS } from 're2js';
import { messageOf } from './errors.ts';

export interface Found {
  /** UTF-16 offsets into the searched text; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A regular expression whose running time grows with the length of the text and never with the way the expression is written. */
export interface Pattern {
  /** As the author wrote it. */
  readonly source: string;
  test(text: string): boolean;
  /** The leftmost match, or null. */
  find(text: string): Found | null;
  /** Matches from left to right, none overlapping another, at most `limit`. */
  findAll(text: string, limit?: number): readonly Found[];
}

export type Compiled = { readonly ok: true; readonly pattern: Pattern } | { readonly ok: false; readonly problem: string };

const backtracking: readonly [needle: RegExp, name: string][] = [
  [/\(\?<?[=!]/, 'a lookahead or lookbehind'],
  [/\\(?:[1-9]|k<)/, 'a backreference'],
];

/** JavaScript's `/body/flags`. Without flags, or with a bare slash in the body, the slashes are text, as they are for promptfoo. */
const literal = /^\/((?:[^/\\]|\\.)+)\/([imsgu]+)$/s;

const flagBits: Readonly<Record<string, number>> = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL };

const wrap = (source: string, engine: RE2JS): Pattern => {
  const findAll = (text: string, limit = Number.POSITIVE_INFINITY): Found[] => {
    const found: Found[] = [];
    if (!engine.test(text)) return found;
    const matcher = engine.matcher(text);
    while (found.length < limit && matcher.find()) {
      const start = matcher.start();
      const end = matcher.end();
      found.push({ start, end, text: text.slice(start, end) });
    }
    return found;
  };
  return { source, test: (text) => engine.test(text), find: (text) => findAll(text, 1)[0] ?? null, findAll };
};

/** Why a linear-time engine cannot run this, or null. An escaped backslash is not the start of an escape. */
const backtrackingOf = (source: string): string | null => {
  const found = backtracking.find(([needle]) => needle.test(source.replaceAll('\\\\', '')));
  return found === undefined ? null : `uses ${found[1]}, which an engine that runs in linear time does not have`;
};

const reasonOf = (source: string, thrown: unknown): string =>
  backtrackingOf(source) ?? `is not a regular expression: ${messageOf(thrown).replace(/^error parsing regexp: /, '')}`;

/**
 * Compiles RE2 syntax (flags inline as in `(?i)`, or written `/body/i`). JavaScript's `\uXXXX` and `(?<name>…)` are understood; lookaround and
 * backreferences are refused. Unlike in JavaScript, `\s` is ASCII white space and `i` folds Unicode case.
 */
export const compilePattern = (source: string): Compiled => {
  const [, body = source, flags = ''] = literal.exec(source) ?? [];
  // The translation to RE2 would take a named reference for letters.
  if (body.replaceAll('\\\\', '').includes('\\k<')) return { ok: false, problem: reasonOf(body, null) };
  try {
    const bits = [...flags].reduce((sum, flag) => sum | (flagBits[flag] ?? 0), 0);
    return { ok: true, pattern: wrap(source, RE2JS.compile(RE2JS.translateRegExp(body), bits)) };
  } catch (thrown) {
    return { ok: false, problem: reasonOf(body, thrown) };
  }
};

/** For expressions of our own, which are known to compile. */
export const pattern = (source: string): Pattern => {
  const compiled = compilePattern(source);
  if (!compiled.ok) throw new Error(`${source} ${compiled.problem}`);
  return compiled.pattern;
};

/** The whole text against a glob: `*` is any run of characters, `?` is one; case does not matter (promptfoo's rule for tool names). */
export const globPattern = (glob: string): Pattern => {
  const body = [...glob].map((char) => (char === '*' ? '.*' : char === '?' ? '.' : RE2JS.quote(char))).join('');
  return wrap(glob, RE2JS.compile(`^(?:${body})$`, RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL));
};
