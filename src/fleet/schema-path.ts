import { z } from 'zod';
import { meaningOf } from './field-facts.ts';
import type { SlotKinds } from './json-schema.ts';
import { suggestion } from './problems.ts';
import { type Shape, shapesOf } from './schema-walk.ts';
import type { SlotVariant } from './slots.ts';

/** A place of the manifest's schema, reached by a path. */
export interface Place {
  readonly schema: z.ZodType;
  /** `agents.<name>.checks[].input`; empty at the top. */
  readonly path: string;
  /** Whether it is a key of a map, and not an entry that an author names. */
  readonly isKey: boolean;
  readonly meaning: string | null;
  /** The kind that the path chose inside a slot. */
  readonly variant: SlotVariant | null;
  /** A word about how the path was understood; null where it was plain. */
  readonly note: string | null;
}

export type Slots = Readonly<Record<string, SlotKinds>>;

export type Found = { readonly place: Place } | { readonly place: null; readonly message: string; readonly hint: string | null };

/** `agents.support.checks[0].input` as `agents support checks [] input`. */
export const splitPath = (text: string): readonly string[] =>
  text
    .replace(/\[\s*["']?([^\]"']*)["']?\s*\]/g, (_whole, inside: string) => (/^\d*$/.test(inside) ? '.[]' : `.${inside}`))
    .split(/[\s.]+/)
    .filter((part) => part !== '');

/** The place at a path; names of agents, backends and so on may be left out of it, and so may positions in lists. */
export const findPlace = (start: Place, slots: Slots, path: readonly string[]): Found => {
  let farthest = { steps: -1, place: start };
  const find = (place: Place, steps: number): Place | null => {
    const word = path[steps];
    if (word === undefined) return place;
    for (const next of stepsFrom(place, word, slots)) {
      const found = find(next, steps + 1);
      if (found !== null) return found;
    }
    if (steps > farthest.steps) farthest = { steps, place };
    return null;
  };
  const place = find(start, 0);
  if (place !== null) return { place };
  const wrong = path[farthest.steps] ?? '';
  const where = farthest.place.path === '' ? 'the file' : farthest.place.path;
  const hint = farthest.place.note ?? suggestion(wrong, namesUnder(farthest.place.schema, slots));
  return { place: null, message: `there is no ${JSON.stringify(wrong)} in ${where}`, hint };
};

/** Where one more word of a path may lead, the likeliest first. */
const stepsFrom = (place: Place, word: string, slots: Slots): readonly Place[] =>
  shapesOf(place.schema).flatMap(({ schema, meta }): readonly Place[] => {
    if (meta.slot !== undefined) return slotSteps(place, slots[meta.slot], word);
    if (schema instanceof z.ZodArray) {
      const item = entryOf(place, schema.element as z.ZodType, `${place.path}[]`);
      return word === '[]' || /^\d+$/.test(word) ? [item] : stepsFrom(item, word, slots);
    }
    if (schema instanceof z.ZodRecord) {
      const entry = entryOf(place, schema.valueType as z.ZodType, join(place.path, '<name>'));
      return [...stepsFrom(entry, word, slots), { ...entry, note: nearMiss(word, entry, slots) }];
    }
    const child = keysIn([{ schema, meta }]).find(([key]) => key === word)?.[1];
    return child === undefined ? [] : [{ ...keyPlace(child, join(place.path, word)), note: place.note }];
  });

const slotSteps = (place: Place, kinds: SlotKinds | undefined, word: string): readonly Place[] => {
  if (kinds === undefined) return [];
  const { spelling, variants } = kinds;
  const enter = (variant: SlotVariant, path: string): Place => ({
    ...keyPlace(variant.schema, path),
    isKey: false,
    meaning: variant.summary,
    variant,
  });
  const chosen = variants.find(({ kind }) => kind === word);
  if (chosen !== undefined) return [enter(chosen, spelling.by === 'key' ? `${place.path} (${word})` : join(place.path, word))];
  if (spelling.by === 'name') {
    const refuted = variants.find(({ kind }) => `not-${kind}` === word);
    if (refuted !== undefined) return [{ ...enter(refuted, join(place.path, word)), note: `the opposite of ${refuted.kind}` }];
    const setting = keysIn([{ schema: spelling.settings, meta: {} }]).find(([key]) => key === word)?.[1];
    return setting === undefined ? [] : [keyPlace(setting, join(place.path, word))];
  }
  // Without a kind, a key is looked for in all of them.
  const having = variants.flatMap(({ kind, schema }) => {
    const child = keysIn(shapesOf(schema)).find(([key]) => key === word)?.[1];
    return child === undefined ? [] : [{ kind, child }];
  });
  const [first] = having;
  if (first === undefined) return [];
  const note = having.length === variants.length ? null : `for ${spelling.key}: ${having.map(({ kind }) => kind).join(', ')}`;
  return [{ ...keyPlace(first.child, join(place.path, word)), note }];
};

const keyPlace = (schema: z.ZodType, path: string): Place => ({
  schema,
  path,
  isKey: true,
  meaning: meaningOf(schema),
  variant: null,
  note: null,
});

/** An item of a list or an entry of a map: where nothing is said of it, what is said of the whole holds. */
const entryOf = (whole: Place, schema: z.ZodType, path: string): Place => ({
  ...keyPlace(schema, path),
  isKey: false,
  meaning: meaningOf(schema) ?? whole.meaning,
});

/** An agent may have any name; one that is nearly a key was perhaps meant as the key. */
const nearMiss = (word: string, entry: Place, slots: Slots): string | null => {
  const hint = suggestion(word, namesUnder(entry.schema, slots));
  return hint?.startsWith('did you mean') ? `${word} is taken for a name; ${hint}` : null;
};

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** The keys of all maps among the shapes, with what stands under each. */
export const keysIn = (shapes: readonly Shape[]): readonly (readonly [string, z.ZodType])[] =>
  shapes.flatMap(({ schema }) => (schema instanceof z.ZodObject ? (Object.entries(schema.shape) as [string, z.ZodType][]) : []));

/** The shapes an author thinks of: those of the entries where names or positions stand between. */
export const entryShapes = (schema: z.ZodType): readonly Shape[] =>
  shapesOf(schema).flatMap((shape): readonly Shape[] => {
    if (shape.meta.slot !== undefined) return [shape];
    if (shape.schema instanceof z.ZodRecord) return entryShapes(shape.schema.valueType as z.ZodType);
    if (shape.schema instanceof z.ZodArray) return entryShapes(shape.schema.element as z.ZodType);
    return [shape];
  });

/** What may fill the slot among the shapes; null where there is none. */
export const slotIn = (shapes: readonly Shape[], slots: Slots): SlotKinds | null => {
  const name = shapes.find(({ meta }) => meta.slot !== undefined)?.meta.slot;
  return name === undefined ? null : (slots[name] ?? null);
};

const namesUnder = (schema: z.ZodType, slots: Slots): readonly string[] => {
  const shapes = entryShapes(schema);
  return [...new Set([...keysIn(shapes).map(([key]) => key), ...(slotIn(shapes, slots)?.variants.map(({ kind }) => kind) ?? [])])];
};
