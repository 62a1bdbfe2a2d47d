import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { OpsError } from '../ground/errors.ts';
import type { Secrets } from '../ground/runtime/context.ts';
import type { Fleet } from './agent.ts';
import { assembleFleet } from './assemble.ts';
import { contradictionsOf } from './consistency.ts';
import { type FoundUrl, findSlots, interpolate, type Lookup, pathKey, referencesIn } from './interpolate.ts';
import type { Sources } from './load-fleet.ts';
import { type PlacedProblem, type Problem, problemsOf, showPath } from './problems.ts';
import { readFiles } from './read-files.ts';
import { laterSections, manifestSchema } from './schema.ts';
import type { At, Slot, SlotReaders } from './slots.ts';
import { type Allowance, distrustProblems, isAllowed } from './trust.ts';
import { locate, plainValue } from './yaml.ts';

/** What reading a manifest may touch. */
export type Desk = Sources & { readonly secrets: Secrets; readonly allowance: Allowance | null };

type Read =
  | { readonly fleet: Fleet; readonly problems: readonly [] }
  | { readonly fleet: null; readonly problems: readonly PlacedProblem[] };

/** Text → placed tree → references → zod → slots → fleet. Everything that is wrong is told at once, as far as it can be seen. */
export const readManifest = async (desk: Desk, path: string, readers: SlotReaders): Promise<Read> => {
  const { root, problems: fileProblems } = readFiles(desk, path, desk.allowance === null);
  if (root === null) return { fleet: null, problems: fileProblems };
  const slots = findSlots(root, manifestSchema);
  const schemas = new Map<string, z.ZodType | null>();
  for (const { slot, path: at, node } of slots) {
    schemas.set(pathKey(at), (await readers[slot]?.schemaOf(plainValue(node))) ?? null);
  }
  const { allowance } = desk;
  const { value, problems: referenceProblems, references, urls } = interpolate(root, manifestSchema, schemas, lookupWithin(desk));
  const place = ({ path: at, message, hint, about = 'value' }: Omit<Problem, 'about'> & Partial<Problem>): PlacedProblem => ({
    at: locate(root, at, about),
    message: `${showPath(at)} ${message}`,
    hint,
  });

  const later = laterSections.filter((name) => root.entries.has(name));
  const supported = Object.fromEntries(Object.entries(value as object).filter(([name]) => !later.includes(name)));
  const filled = new Map<string, Slot>();
  const used: { slot: string; kind: string; at: At }[] = [];
  const wrong = [...problemsOf(manifestSchema, supported)];
  for (const { slot, path: at } of slots) {
    const reading = await readers[slot]?.read(valueAt(supported, at));
    if (reading === undefined) continue;
    if ('problems' in reading) wrong.push(...reading.problems.map((found) => ({ ...found, path: [...at, ...found.path] })));
    else {
      const { kind, config } = reading;
      filled.set(pathKey(at), { kind, config, at: locate(root, at) });
      used.push({ slot, kind, at: locate(root, at) });
    }
  }
  const refusals =
    allowance === null
      ? []
      : distrustProblems(
          { references, urls: urlsWithin(desk, allowance, urls), slots: used, state: stateIn(supported, locate(root, ['state'])) },
          allowance,
        );
  const problems = [
    ...fileProblems,
    ...later.map((name) =>
      place({ path: [name], about: 'key', message: 'is a section that this version does not support yet', hint: 'take it out for now' }),
    ),
    ...referenceProblems.filter(isNewsAfter(fileProblems)),
    // A value that could not be put together is told once, as a reference.
    ...wrong.map(place).filter(isNewsAfter([...fileProblems, ...referenceProblems, ...refusals])),
    ...contradictionsOf(supported).map(place),
    ...refusals,
  ];
  const parsed = manifestSchema.safeParse(fill(supported, filled, []));
  if (!parsed.success || problems.length > 0) return { fleet: null, problems: inOrder(problems) };
  const stateFolder = resolve(dirname(path), parsed.data.state);
  return { fleet: assembleFleet(parsed.data, { path, stateFolder, at: (at) => locate(root, at, 'key') }), problems: [] };
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

/** Under `--untrusted` nothing is looked at that is not allowed: even an error message could carry it away. */
const lookupWithin =
  ({ lookup, allowance }: Desk): Lookup =>
  (reference, base) =>
    allowance === null || isAllowed(reference, allowance) ? lookup(reference, base) : 'refused';

/** The urls of a manifest with the references that are allowed; those that hold another are refused for it already. */
const urlsWithin = ({ secrets }: Desk, allowance: Allowance, urls: readonly FoundUrl[]) =>
  urls
    .filter(({ text }) => referencesIn(text).every((reference) => isAllowed(reference, allowance)))
    .map(({ text, base, at }) => {
      try {
        return { url: secrets.reveal({ secret: text, base }), at };
      } catch (thrown) {
        if (!(thrown instanceof OpsError)) throw thrown;
        return { url: null, at };
      }
    });

const stateIn = (manifest: Readonly<Record<string, unknown>>, at: At) => {
  const folder = manifest['state'];
  return typeof folder === 'string' ? { folder, at } : null;
};

const isNewsAfter = (told: readonly PlacedProblem[]) => {
  const places = new Set(told.map(({ at }) => placeKey(at)));
  return ({ at }: PlacedProblem): boolean => !places.has(placeKey(at));
};

const placeKey = ({ file, line, column }: At): string => `${file}:${line}:${column}`;

const inOrder = (problems: readonly PlacedProblem[]): readonly PlacedProblem[] => {
  const seen = new Set<string>();
  return [...problems]
    .sort((a, b) => (a.at.file === b.at.file ? a.at.line - b.at.line || a.at.column - b.at.column : a.at.file < b.at.file ? -1 : 1))
    .filter(({ at, message }) => {
      const key = `${placeKey(at)}:${message}`;
      return seen.has(key) ? false : seen.add(key);
    });
};
