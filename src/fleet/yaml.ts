import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { At } from './slots.ts';

/** A value of a file with the place it stands at. */
export type YamlNode = YamlMap | YamlList | YamlScalar;

interface Placed {
  readonly at: At;
  /** Where its key stands; null for the root and for items of a list. */
  readonly keyAt: At | null;
}

export interface YamlMap extends Placed {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, YamlNode>;
}

export interface YamlList extends Placed {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface YamlScalar extends Placed {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}

export interface YamlProblem {
  readonly at: At;
  readonly message: string;
  readonly hint: string | null;
}

const maxDepth = 64;
const maxNodes = 200_000;

/** YAML 1.2 with positions. Duplicate keys, unknown tags, keys that are not text and alias bombs are problems, not values. */
export const parseYaml = (text: string, file: string): { root: YamlNode | null; problems: readonly YamlProblem[] } => {
  const lines = new LineCounter();
  const place = (offset: number): At => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      strict: true,
      uniqueKeys: true,
      stringKeys: true,
      version: '1.2',
    });
    const problems = [...document.errors, ...document.warnings].map(
      ({ code, message, pos }): YamlProblem => ({ at: place(pos[0]), ...sentence(code, message) }),
    );
    if (problems.length > 0) return { root: null, problems };
    return readNodes(document, place);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return {
      root: null,
      problems: [{ at: { file, line: 1, column: 1 }, message: `is nested more than ${maxDepth} levels deep`, hint: null }],
    };
  }
};

const sentence = (code: string, message: string): { message: string; hint: string | null } => {
  if (code === 'DUPLICATE_KEY') return { message: 'this key stands here a second time', hint: 'keep one of the two' };
  if (code === 'TAB_AS_INDENT') return { message: 'a tab is used as indentation', hint: 'indent with spaces' };
  if (code === 'NON_STRING_KEY') return { message: 'this key is not plain text', hint: 'put it in quotes' };
  if (code === 'BAD_ALIAS' || code === 'TAG_RESOLVE_FAILED') return { message: lowerFirst(message), hint: null };
  return { message: `is not YAML: ${lowerFirst(message)}`, hint: null };
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Copies the parsed document into placed nodes, expanding aliases; stops at the first thing that is too much. */
const readNodes = (
  document: ReturnType<typeof parseDocument>,
  place: (offset: number) => At,
): { root: YamlNode | null; problems: YamlProblem[] } => {
  const problems: YamlProblem[] = [];
  const origin = place(document.contents?.range?.[0] ?? 0);
  let count = 0;

  const read = (node: Node | null | undefined, keyAt: At | null, depth: number): YamlNode => {
    const at = node?.range ? place(node.range[0]) : (keyAt ?? origin);
    const scalar = (value: YamlScalar['value']): YamlScalar => ({ kind: 'scalar', at, keyAt, value });
    const refuse = (message: string) => {
      problems.push({ at, message, hint: null });
      return scalar(null);
    };
    if (problems.length > 0) return scalar(null);
    if (++count > maxNodes) return refuse(`holds, aliases expanded, more than ${maxNodes.toLocaleString('en-US')} values`);
    if (depth > maxDepth) return refuse(`is nested more than ${maxDepth} levels deep`);
    if (isAlias(node)) return { ...read(node.resolve(document), keyAt, depth + 1), keyAt };
    if (isMap(node)) {
      const entries = new Map<string, YamlNode>();
      for (const { key, value } of node.items) {
        const named = isScalar(key) && key.range ? place(key.range[0]) : at;
        entries.set(isScalar(key) ? String(key.value) : String(key), read(value as Node | null, named, depth + 1));
      }
      return { kind: 'map', at, keyAt, entries };
    }
    if (isSeq(node)) return { kind: 'list', at, keyAt, items: node.items.map((item) => read(item as Node, null, depth + 1)) };
    const value = isScalar(node) ? node.value : null;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return scalar(value);
    if (typeof value === 'number' && Number.isFinite(value)) return scalar(value);
    return refuse('is not text, a number, true, false or null');
  };

  return { root: document.contents === null ? null : read(document.contents, null, 0), problems };
};

/** The plain value of a node. */
export const plainValue = (node: YamlNode): unknown => {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainValue);
  return Object.fromEntries([...node.entries].map(([key, child]) => [key, plainValue(child)]));
};

/** Where the value at a path stands; the nearest enclosing one where the path goes on further than the file does. */
export const locate = (root: YamlNode, path: readonly PropertyKey[], want: 'value' | 'key' = 'value'): At => {
  let node = root;
  for (const key of path) {
    const next = node.kind === 'map' ? node.entries.get(String(key)) : node.kind === 'list' ? node.items[Number(key)] : undefined;
    if (next === undefined) return node.at;
    node = next;
  }
  return want === 'key' ? (node.keyAt ?? node.at) : node.at;
};
