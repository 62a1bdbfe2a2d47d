import { isObject, type Json } from '../ground/json.ts';

/** A value in which what occurs more than once is written once: as one of the parts, which is told by its number. */
export interface SharedParts {
  /** Each refers to earlier ones only. */
  readonly parts: readonly Json[];
  readonly value: Json;
}

/** The one key of a reference. Keys of the value that begin with it are written with one more. */
const mark = '=';
const isMarked = (key: string): boolean => key.startsWith(mark);
/** Shorter texts cost no more than a reference. */
const leastText = 16;

interface Node {
  /** A text, or a list or map whose own nodes are references to these. */
  readonly own: Json;
  uses: number;
  /** Its number among the parts; null while it is none. */
  part: number | null;
}

/** Writes equal lists, maps and long texts once. */
export const shareParts = (value: Json): SharedParts => {
  const nodes: Node[] = [];
  const known = new Map<string, number>();
  const note = (given: Json): Json => {
    const own = mapOf(given, note, (key) => (isMarked(key) ? mark + key : key));
    if (typeof own === 'string' ? own.length < leastText : typeof own !== 'object' || own === null) return own;
    const text = JSON.stringify(own);
    const at = known.get(text) ?? nodes.push({ own, uses: 0, part: null }) - 1;
    known.set(text, at);
    const node = nodes[at];
    if (node !== undefined) node.uses += 1;
    return { [mark]: at };
  };
  const noted = note(value);
  const parts: Json[] = [];
  const write = (given: Json): Json => {
    const node = nodeOf(nodes, given);
    if (node === undefined) return given;
    if (node.part !== null) return { [mark]: node.part };
    const written = mapOf(node.own, write);
    if (node.uses === 1) return written;
    node.part = parts.push(written) - 1;
    return { [mark]: node.part };
  };
  return { parts, value: write(noted) };
};

/** The value again, in which equal parts are the same object. What is handed in is used up: it is joined in place. */
export const joinParts = ({ parts, value }: SharedParts): Json => {
  const joined: Json[] = [];
  const join = (given: Json): Json => {
    const part = nodeOf(joined, given);
    if (part !== undefined) return part;
    if (typeof given !== 'object' || given === null) return given;
    if (Object.keys(given).some(isMarked)) return mapOf(given, join, (key) => (isMarked(key) ? key.slice(mark.length) : key));
    const holder = given as { [key: string]: Json };
    for (const [key, child] of Object.entries(holder)) if (typeof child === 'object' && child !== null) holder[key] = join(child);
    return given;
  };
  for (const part of parts) joined.push(join(part));
  return join(value);
};

/** What a reference refers to; undefined for anything else. */
const nodeOf = <T>(list: readonly T[], given: Json): T | undefined => {
  const at = isObject(given) ? given[mark] : undefined;
  return typeof at === 'number' ? list[at] : undefined;
};

const mapOf = (given: Json, each: (child: Json) => Json, rename = (key: string) => key): Json => {
  if (Array.isArray(given)) return given.map(each);
  if (!isObject(given)) return given;
  return Object.fromEntries(Object.entries(given).map(([key, child]) => [rename(key), each(child)]));
};
