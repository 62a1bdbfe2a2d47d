import { dirname, resolve } from 'node:path';
import type { Secrets } from '../ground/runtime/context.ts';
import type { Fleet } from './agent.ts';
import { assembleFleet } from './assemble.ts';
import { contradictionsOf } from './consistency.ts';
import { joinFile } from './include.ts';
import { type FoundUrl, findSlots, interpolate, pathKey } from './interpolate.ts';
import type { Sources } from './load-fleet.ts';
import { type PlacedProblem, problemsOf, showPath } from './problems.ts';
import { laterSections, manifestSchema } from './schema.ts';
import type { At, Slot, SlotReaders } from './slots.ts';
import { type Allowance, distrustProblems } from './trust.ts';
import { locate, parseYaml, plainValue, type YamlMap } from './yaml.ts';

/** What reading a manifest may touch. */
export type Desk = Sources & { readonly secrets: Secrets; readonly allowance: Allowance | null };

type Read =
  | { readonly fleet: Fleet; readonly problems: readonly [] }
  | { readonly fleet: null; readonly problems: readonly PlacedProblem[] };

/** Text → placed tree → references → zod → slots → fleet. Everything that is wrong is told at once, as far as it can be seen. */
export const readManifest = async (desk: Desk, path: string, readers: SlotReaders): Promise<Read> => {
  const { root, problems: fileProblems } = readFiles(desk, path);
  if (root === null) return { fleet: null, problems: fileProblems };
  const slots = findSlots(root, manifestSchema);
  const schemas = new Map(
    await Promise.all(slots.map(async ({ slot, path: at, node }) => [pathKey(at), await readers[slot]?.schemaOf(plainValue(node))] as const)),
  );
  const known = new Map([...schemas].flatMap(([key, schema]) => (schema ? [[key, schema] as const] : [])));
  const { value, problems: referenceProblems, references, urls } = interpolate(root, manifestSchema, known, desk.lookup);
  const place = (path: readonly PropertyKey[], message: string, hint: string | null, about: 'key' | 'value' = 'value'): PlacedProblem => ({
    at: locate(root, path, about),
    message: `${showPath(path)} ${message}`.trim(),
    hint,
  });

  const later = laterSections.filter((name) => root.entries.has(name));
  const supported = Object.fromEntries(Object.entries(value as Record<string, unknown>).filter(([name]) => !later.includes(name)));
  const problems = [
    ...fileProblems,
    ...later.map((name) => place([name], 'is a section that this version does not support yet', 'take it out for now', 'key')),
    ...referenceProblems,
    ...problemsOf(manifestSchema, supported).map((found) => place(found.path, found.message, found.hint, found.about)),
  ];
  const filled = new Map<string, Slot>();
  for (const { slot, path: at } of slots) {
    const reading = await readers[slot]?.read(valueAt(value, at));
    if (reading === undefined) continue;
    if ('problems' in reading)
      problems.push(...reading.problems.map((found) => place([...at, ...found.path], found.message, found.hint, found.about)));
    else filled.set(pathKey(at), { kind: reading.kind, config: reading.config, at: locate(root, at) });
  }
  const parsed = manifestSchema.safeParse(fill(supported, filled, []));
  if (parsed.success) problems.push(...contradictionsOf(parsed.data).map((found) => place(found.path, found.message, found.hint)));
  if (!parsed.success || problems.length > 0) return { fleet: null, problems: inOrder(problems) };

  const stateFolder = resolve(dirname(path), parsed.data.state);
  const fleet = assembleFleet(parsed.data, { path, stateFolder, at: (at) => locate(root, at, 'key') });
  const distrust = desk.allowance === null ? [] : distrustProblems(fleet, references, urls.map(revealUrl(desk.secrets)), desk.allowance);
  return distrust.length > 0 ? { fleet: null, problems: inOrder(distrust) } : { fleet, problems: [] };
};

/** The manifest with its includes joined in. */
const readFiles = (desk: Desk, path: string): { root: YamlMap | null; problems: readonly PlacedProblem[] } => {
  const start: At = { file: path, line: 1, column: 1 };
  const problems: PlacedProblem[] = [];
  const readMap = (file: string, empty: string): YamlMap | null => {
    const parsed = parseYaml(desk.read(file), file);
    problems.push(...parsed.problems);
    if (parsed.problems.length > 0) return null;
    if (parsed.root?.kind === 'map') return parsed.root;
    problems.push({
      at: parsed.root?.at ?? { ...start, file },
      message: parsed.root === null ? empty : 'the file must be a map of sections',
      hint: 'agentops init makes one',
    });
    return null;
  };
  let root = readMap(path, 'the file is empty');
  if (root === null) return { root, problems };
  for (const { pattern, at } of includesOf(root)) {
    if (desk.allowance !== null && /^\/|^\.\.|\/\.\.(\/|$)/.test(pattern)) {
      problems.push({
        at,
        message: `include ${pattern} leaves the folder of the manifest, which is refused under --untrusted`,
        hint: null,
      });
      continue;
    }
    const files = desk.match(pattern);
    if (files.length === 0)
      problems.push({ at, message: `include ${pattern} matches no file`, hint: 'paths are relative to the manifest' });
    for (const file of files.filter((each) => each !== path)) {
      const part = readMap(file, 'the included file is empty');
      if (part === null) continue;
      const nested = part.entries.get('include');
      if (nested !== undefined) {
        problems.push({
          at: nested.keyAt ?? nested.at,
          message: 'include may stand in the manifest only, not in an included file',
          hint: 'name all files in the manifest',
        });
        continue;
      }
      const joined = joinFile(root, part);
      root = joined.root;
      problems.push(...joined.problems);
    }
  }
  return { root, problems };
};

const includesOf = (root: YamlMap): readonly { pattern: string; at: At }[] => {
  const node = root.entries.get('include');
  if (node?.kind !== 'list') return [];
  return node.items.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string' ? [{ pattern: item.value, at: item.at }] : [],
  );
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined), value);

/** A copy of a value with each slot replaced by what was read from it. */
const fill = (value: unknown, slots: ReadonlyMap<string, Slot>, path: readonly PropertyKey[]): unknown => {
  const slot = slots.get(pathKey(path));
  if (slot !== undefined) return slot;
  if (Array.isArray(value)) return value.map((item, index) => fill(item, slots, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, fill(child, slots, [...path, key])]));
};

const revealUrl =
  (secrets: Secrets) =>
  ({ text, base, at }: FoundUrl): { url: string | null; at: At } => {
    try {
      return { url: secrets.reveal({ secret: text, base }), at };
    } catch {
      // A host that cannot be told is refused like a foreign one.
      return { url: null, at };
    }
  };

const inOrder = (problems: readonly PlacedProblem[]): readonly PlacedProblem[] => {
  const seen = new Set<string>();
  return [...problems]
    .sort((a, b) => (a.at.file === b.at.file ? a.at.line - b.at.line || a.at.column - b.at.column : a.at.file < b.at.file ? -1 : 1))
    .filter(({ at, message }) => {
      const key = `${at.file}:${at.line}:${at.column}:${message}`;
      return seen.has(key) ? false : seen.add(key);
    });
};
