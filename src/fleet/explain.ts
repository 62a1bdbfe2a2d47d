import type { z } from 'zod';
import { briefTypeOf, defaultOf, isRequired, meaningOf, typeOf } from './field-facts.ts';
import type { SlotKinds } from './json-schema.ts';
import { entryShapes, findPlace, keysIn, type Place, type Slots, slotIn } from './schema-path.ts';
import type { SlotVariant } from './slots.ts';

/** One key that may stand in a map. */
export interface ExplainedKey {
  readonly key: string;
  readonly type: string;
  readonly required: boolean;
  /** As an author would write it; null where nothing stands for it. */
  readonly default: string | null;
  readonly meaning: string | null;
}

/** What may stand at one place of a file. */
export interface Explanation {
  /** `agents.<name>.checks[].input`; empty for the file as a whole. */
  readonly path: string;
  readonly meaning: string | null;
  readonly type: string;
  /** Null where it is not a key: the file, an entry with a name of its own, a kind. */
  readonly required: boolean | null;
  readonly default: string | null;
  /** How it may be written, where that is not plain. */
  readonly forms: readonly string[];
  readonly keys: readonly ExplainedKey[];
  /** What may fill the slot that stands here. */
  readonly kinds: readonly { readonly kind: string; readonly summary: string }[];
  /** A word about how the path was understood; null where it was plain. */
  readonly note: string | null;
}

export type Explained =
  | { readonly ok: true; readonly explanation: Explanation }
  | { readonly ok: false; readonly message: string; readonly hint: string | null };

/** A format, its slots, and what is said of it as a whole. */
export interface Format {
  readonly schema: z.ZodType;
  readonly slots: Slots;
  readonly meaning: string;
}

/** What stands at a path of a format: what it means, how it is written, and what may stand below it. */
export const explainPath = ({ schema, slots, meaning }: Format, path: readonly string[]): Explained => {
  const found = findPlace({ schema, path: '', isKey: false, meaning, variant: null, note: null }, slots, path);
  if (found.place === null) return { ok: false, message: found.message, hint: found.hint };
  return { ok: true, explanation: explain(found.place, slots) };
};

const explain = ({ schema, path, isKey, meaning, variant, note }: Place, slots: Slots): Explanation => {
  const shapes = entryShapes(schema);
  const kinds = slotIn(shapes, slots);
  const settings = kinds?.spelling.by === 'name' ? keysIn([{ schema: kinds.spelling.settings, meta: {} }]) : [];
  return {
    path,
    meaning,
    type: typeOf(schema),
    required: isKey ? isRequired(schema) : null,
    default: shownDefault(schema),
    forms: formsOf(path, variant, kinds),
    keys: [...keysIn(shapes), ...settings].map(([key, child]) => ({
      key,
      type: briefTypeOf(child),
      required: isRequired(child),
      default: shownDefault(child),
      meaning: meaningOf(child),
    })),
    kinds: kinds?.variants.map(({ kind, summary }) => ({ kind, summary })) ?? [],
    note,
  };
};

const shownDefault = (schema: z.ZodType): string | null => {
  const value = defaultOf(schema);
  return value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);
};

const formsOf = (path: string, variant: SlotVariant | null, kinds: SlotKinds | null): readonly string[] => {
  if (kinds !== null)
    return kinds.spelling.by === 'key' ? [`${kinds.spelling.key}: <kind>`] : [...namedForms('<name>', undefined), '- not-<name>: <value>'];
  const name = path.split('.').at(-1) ?? '';
  return variant !== null && [variant.kind, `not-${variant.kind}`].includes(name) ? namedForms(name, variant.value) : [];
};

const namedForms = (name: string, value: SlotVariant['value']): readonly string[] => [
  ...(value === 'none' || value === 'optional' ? [`- ${name}`] : []),
  ...(value === 'none' ? [] : [`- ${name}: <value>`]),
  `- { type: ${name}${value === 'none' ? '' : value === 'threshold' ? ', threshold: <value>' : ', value: <value>'}, weight: 2 }`,
];
