import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';
import { quoted } from './problem-words.ts';
import type { At } from './slots.ts';
import { syntaxSentence } from './syntax-sentence.ts';

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
/** What YAML 1.2 forbids in a file (`c-printable`), and the character that stands for bytes that are not UTF-8. */
const unprintable = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFD]/;

/** YAML 1.2 with positions. Duplicate keys, unknown tags, keys that are not text and alias bombs are problems, not values. */
export const parseYaml = (given: string, file: string): { root: YamlNode | null; problems: readonly YamlProblem[] } => {
  const text = given.replace(/^\uFEFF/, '');
  const place = placesIn(text, file);
  const stray = unprintable.exec(text);
  if (stray !== null) return { root: null, problems: [{ at: place(stray.index), ...strayCharacter(stray[0]) }] };
  try {
    const document = parseDocument(text, {
      prettyErrors: false,
      strict: true,
      // The parser compares every key with every other; readEntries looks them up.
      uniqueKeys: false,
      stringKeys: true,
      version: '1.2',
    });
    const found = [...document.errors, ...document.warnings];
    // After one token that does not fit, the parser stumbles over those that follow.
    const told = found.filter(({ code }, at) => code !== 'UNEXPECTED_TOKEN' || at === 0);
    if (told.length === 0) return readNodes(document, place);
    return {
      root: null,
      problems: told.map(({ code, message, pos }) => ({ at: place(pos[0]), ...syntaxSentence(code, message, text.slice(pos[0])) })),
    };
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return {
      root: null,
      problems: [{ at: { file, line: 1, column: 1 }, message: `the file is nested more than ${maxDepth} levels deep`, hint: null }],
    };
  }
};

/** Offset → place. The parser's own counter goes astray in a text that is broken. */
const placesIn = (text: string, file: string) => {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset: number): At => {
    const within = Math.min(offset, text.length);
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= within) low = middle;
      else high = middle;
    }
    return { file, line: low + 1, column: within - (starts[low] ?? 0) + 1 };
  };
};

const strayCharacter = (character: string): Pick<YamlProblem, 'message' | 'hint'> =>
  character === '\uFFFD'
    ? { message: 'the file is not UTF-8 text', hint: 'save it as UTF-8' }
    : {
        message: `the file holds a control character here (byte ${character.charCodeAt(0).toString(16).padStart(2, '0')})`,
        hint: 'delete it, or write it as an escape such as "\\e"',
      };

/** Copies the parsed document into placed nodes, expanding aliases and merge keys; stops at the first thing that is too much. */
const readNodes = (
  document: ReturnType<typeof parseDocument>,
  place: (offset: number) => At,
): { root: YamlNode | null; problems: YamlProblem[] } => {
  const problems: YamlProblem[] = [];
  const origin = place(document.contents?.range?.[0] ?? 0);
  const anchors = new Map<string, Node>();
  // An alias means the anchor that stood last before it, also where it is met again inside an expansion.
  const targets = new Map<Alias, Node>();
  let count = 0;
  let isTooMuch = false;

  const read = (node: Node | null | undefined, keyAt: At | null, depth: number): YamlNode => {
    const at = node?.range ? place(node.range[0]) : (keyAt ?? origin);
    const scalar = (value: YamlScalar['value']): YamlScalar => ({ kind: 'scalar', at, keyAt, value });
    const refuse = (message: string, hint: string | null = null) => {
      problems.push({ at, message, hint });
      return scalar(null);
    };
    if (isTooMuch) return scalar(null);
    count += 1;
    isTooMuch = count > maxNodes || depth > maxDepth;
    if (count > maxNodes) return refuse(`the file holds, with its aliases expanded, more than ${maxNodes.toLocaleString('en-US')} values`);
    if (depth > maxDepth) return refuse(`the file is nested more than ${maxDepth} levels deep here`);
    if (isAlias(node)) {
      const target = targets.get(node) ?? anchors.get(node.source);
      if (target === undefined)
        return refuse(`*${node.source} stands for nothing`, `mark what it stands for with &${node.source}, further up`);
      targets.set(node, target);
      return { ...read(target, keyAt, depth + 1), keyAt };
    }
    if (node?.anchor !== undefined && !anchored.has(node)) {
      anchored.add(node);
      anchors.set(node.anchor, node);
    }
    if (isMap(node)) return { kind: 'map', at, keyAt, entries: readEntries(node, at, depth) };
    if (isSeq(node)) return { kind: 'list', at, keyAt, items: node.items.map((item) => read(item as Node, null, depth + 1)) };
    const value = isScalar(node) ? node.value : null;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return scalar(value);
    if (typeof value === 'number' && Number.isFinite(value)) return scalar(value);
    const source = isScalar(node) ? (node.source ?? '') : '';
    return refuse(
      `${source} cannot stand here: values are text, finite numbers, true, false and nothing`,
      'put it in quotes if it is text',
    );
  };
  const anchored = new Set<Node>();

  const readEntries = (map: YAMLMap, at: At, depth: number): ReadonlyMap<string, YamlNode> => {
    const entries = new Map<string, YamlNode>();
    const merged: YamlNode[] = [];
    for (const { key, value } of map.items) {
      const keyAt = isScalar(key) && key.range ? place(key.range[0]) : at;
      const name = isScalar(key) ? String(key.value) : String(key);
      const child = read(value as Node | null, keyAt, depth + 1);
      const isMerge = name === '<<' && isScalar(key) && key.type === 'PLAIN';
      if (isMerge) merged.push(...(child.kind === 'list' ? child.items : [child]));
      else if (entries.has(name))
        problems.push({ at: keyAt, message: `${quoted(name)} stands here a second time`, hint: 'keep one of the two' });
      else entries.set(name, child);
    }
    for (const part of merged) {
      if (part.kind !== 'map') problems.push({ at: part.keyAt ?? part.at, message: '<< must name a map, or a list of maps', hint: null });
      else for (const [name, child] of part.entries) if (!entries.has(name)) entries.set(name, child);
    }
    return entries;
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
