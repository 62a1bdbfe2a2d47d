import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { OpsError } from '../ground/errors.ts';
import type { SecretRef, Secrets } from '../ground/runtime/context.ts';
import type { Reference } from '../ground/units/reference.ts';
import type { Fleet } from './agent.ts';
import { assembleFleet } from './assemble.ts';
import { contradictionsOf } from './consistency.ts';
import { type FoundUrl, findSlots, interpolate, type Lookup, referencesIn } from './interpolate.ts';
import type { Sources } from './open-sources.ts';
import { inOrder } from './problem-report.ts';
import { showPath } from './problem-words.ts';
import { type PlacedProblem, type Problem, readWith } from './problems.ts';
import { readFiles } from './read-files.ts';
import { manifestSchemaWith } from './schema.ts';
import { pathKey } from './slot-path.ts';
import type { At, Extensions, Slot, SlotReaders } from './slots.ts';
import { type Allowance, distrustProblems, isAllowed } from './trust.ts';
import { locate, plainValue } from './yaml.ts';

/** What reading a manifest may touch. */
export type Desk = Sources & { readonly secrets: Secrets; readonly allowance: Allowance | null };

type Read =
  | { readonly fleet: Fleet; readonly problems: readonly [] }
  | { readonly fleet: null; readonly problems: readonly PlacedProblem[] };

/** Text → placed tree → references → zod → slots → fleet. Everything that is wrong is told at once, as far as it can be seen. */
export const readManifest = async (desk: Desk, path: string, { slots: readers, sections }: Extensions): Promise<Read> => {
  const manifestSchema = manifestSchemaWith(sections);
  const { root, problems: fileProblems } = readFiles(desk, path, desk.allowance === null);
  if (root === null) return { fleet: null, problems: fileProblems };
  const slots = findSlots(root, manifestSchema);
  const schemas = new Map<string, z.ZodType | null>();
  for (const { slot, path: at, node } of slots) {
    schemas.set(pathKey(at), (await readers[slot]?.schemaOf(plainValue(node))) ?? null);
  }
  const { allowance } = desk;
  const isPostgres = (reference: Reference, base: string) =>
    (allowance === null || isAllowed(reference, allowance)) && desk.leadsToPostgres(reference, base);
  const found = interpolate(root, manifestSchema, schemas, lookupWithin(desk), isPostgres);
  const { value, problems: referenceProblems, references, urls } = found;
  const place = ({
    path: at,
    message,
    hint,
    about = 'value',
  }: Omit<Problem, 'about'> & Partial<Pick<Problem, 'about'>>): PlacedProblem => ({
    at: locate(root, at, about),
    message: `${showPath(at)} ${message}`,
    hint,
  });

  const written = value as Readonly<Record<string, unknown>>;
  const manifest = readWith(manifestSchema, written);
  const { filled, wrong } = await readSlots(slots, written, readers);
  const placed = filled.map((each) => ({ ...each, at: locate(root, each.path) }));
  const state = {
    folder: written['state'],
    isOutside: 'data' in manifest && leadsOutside(desk, path, folderOf(manifest.data.state)),
    at: locate(root, ['state']),
  };
  const refusals =
    allowance === null ? [] : distrustProblems({ references, urls: urlsWithin(desk, allowance, urls), slots: placed, state }, allowance);
  const problems = [
    ...fileProblems,
    ...referenceProblems.filter(isNewsAfter(fileProblems)),
    // A value that could not be put together is told once, as a reference.
    ...['problems' in manifest ? manifest.problems : [], wrong]
      .flat()
      .map(place)
      .filter(isNewsAfter([...fileProblems, ...referenceProblems, ...refusals])),
    ...[contradictionsOf(written), ...Object.values(sections).map((section) => section.contradictions(written))]
      .flat()
      .map(place)
      .filter(isNewsAfter([...referenceProblems, ...refusals])),
    ...refusals,
  ];
  if ('problems' in manifest || problems.length > 0) return { fleet: null, problems: inOrder(problems) };
  const { data } = manifest;
  for (const { path: of, kind, config, at } of placed) fillSlot(data, of, { kind, config, at });
  const places = { path, stateFolder: resolve(dirname(path), folderOf(data.state)), sections: Object.keys(sections) };
  return { fleet: assembleFleet(data, { ...places, at: (at) => locate(root, at, 'key') }), problems: [] };
};

/** The folder of what stays on this machine, wherever the journal is. */
const folderOf = (state: string | SecretRef): string => (typeof state === 'string' ? state : '.agentops');

interface FilledSlot {
  readonly slot: string;
  readonly path: readonly PropertyKey[];
  readonly kind: string;
  readonly config: unknown;
}

/** What stands in each slot, checked by the reader of its kind. */
const readSlots = async (slots: ReturnType<typeof findSlots>, manifest: unknown, readers: SlotReaders) => {
  const filled: FilledSlot[] = [];
  const wrong: Problem[] = [];
  for (const { slot, path } of slots) {
    const reading = await readers[slot]?.read(valueAt(manifest, path));
    if (reading === undefined) continue;
    if ('problems' in reading) wrong.push(...reading.problems.map((found) => ({ ...found, path: [...path, ...found.path] })));
    else filled.push({ slot, path, kind: reading.kind, config: reading.config });
  }
  return { filled, wrong };
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined), value);

/** Puts what was read from a slot in its place. */
const fillSlot = (manifest: unknown, path: readonly PropertyKey[], slot: Slot) => {
  const parent = valueAt(manifest, path.slice(0, -1)) as Record<PropertyKey, unknown>;
  parent[path.at(-1) ?? ''] = slot;
};

/** Whether what is written into the state folder would end up elsewhere: a repository may bring its own symbolic links. */
const leadsOutside = ({ isInside }: Desk, manifest: string, state: string): boolean =>
  !['.', 'journal.db'].every((name) => isInside(resolve(dirname(manifest), state, name)));

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

const isNewsAfter = (told: readonly PlacedProblem[]) => {
  const places = new Set(told.map(({ at }) => placeKey(at)));
  return ({ at }: PlacedProblem): boolean => !places.has(placeKey(at));
};

const placeKey = ({ file, line, column }: At): string => `${file}:${line}:${column}`;
