import { dirname } from 'node:path';
import { z } from 'zod';
import { isPostgresUrl } from '../ground/store/postgres-address.ts';
import { parseReference, type Reference, referencePattern } from '../ground/units/reference.ts';
import { credentialReferences, sourceOf } from './credential-references.ts';
import { showPath } from './problem-words.ts';
import type { PlacedProblem } from './problems.ts';
import { childShapes, type Shape, shapesOf } from './schema-walk.ts';
import { inSlot, pathKey } from './slot-path.ts';
import type { At } from './slots.ts';
import type { YamlNode } from './yaml.ts';

/** A `${…}` of a file, resolved or kept for later. */
export interface FoundReference {
  readonly reference: Reference;
  readonly at: At;
}

/** A URL of a file, literal or with references. */
export interface FoundUrl {
  readonly text: string;
  readonly base: string;
  readonly at: At;
}

export interface Interpolated {
  readonly value: unknown;
  readonly problems: readonly PlacedProblem[];
  readonly references: readonly FoundReference[];
  readonly urls: readonly FoundUrl[];
}

/** What a reference stands for: a text, nothing, or something that this run may not look at. */
export type Lookup = (reference: Reference, base: string) => { readonly text: string } | 'missing' | 'refused';

const looksSecret = /(TOKEN|SECRET|PASSW|API_?KEY|PRIVATE_?KEY|CREDENTIAL)/i;
const forms = 'write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:path}; $${ stands for a plain ${';

/**
 * Turns a placed tree into a plain value. References in fields that defer them stay as they are; all others are replaced.
 * @param slotSchemas the schema of each slot, by `pathKey`; null where nothing inside is looked at
 * @param isPostgres whether a reference stands for the URL of a PostgreSQL database
 */
export const interpolate = (
  root: YamlNode,
  schema: z.ZodType,
  slotSchemas: ReadonlyMap<string, z.ZodType | null>,
  lookup: Lookup,
  isPostgres: (reference: Reference, base: string) => boolean = () => false,
): Interpolated => {
  const problems: PlacedProblem[] = [];
  const references: FoundReference[] = [];
  const urls: FoundUrl[] = [];
  const credentials = credentialReferences(root, schema, slotSchemas);

  const replace = (text: string, at: At, base: string): string =>
    text.replace(referencePattern, (whole, inside: string | undefined) => {
      if (inside === undefined) return whole.slice(1);
      const reference = parseReference(inside);
      if (reference === null) return whole;
      const complain = (message: string, hint: string | null) => {
        problems.push({ at, message, hint });
        return whole;
      };
      if (reference.kind === 'variable' && looksSecret.test(reference.name)) {
        return complain(
          `\${${reference.name}} looks like a secret, and this field is not kept secret`,
          'put it into a header, an api_key, a url or env:',
        );
      }
      const found = lookup(reference, base);
      if (found === 'refused') return whole;
      if (credentials.has(sourceOf(reference, base))) {
        const named = reference.kind === 'file' ? `file:${reference.name}` : reference.name;
        return complain(
          `\${${named}} is a credential elsewhere, and this field is not kept secret`,
          'leave it to the field that is: the credential of the connection, a header, an api_key or env:',
        );
      }
      if (found !== 'missing') return found.text;
      if (reference.kind === 'file')
        return complain(`there is no readable file ${reference.name}`, 'paths are relative to the file that names them');
      const told = reference.complaint ? `: ${reference.complaint}` : '';
      return complain(
        `the environment variable ${reference.name} is not set${told}`,
        `export ${reference.name}=… or write \${${reference.name}:-default}`,
      );
    });

  /** Notes what a text refers to, and complains where it tries to and fails. */
  const note = (text: string, at: At) => {
    for (const [, inside] of text.matchAll(referencePattern)) {
      if (inside === undefined) continue;
      const reference = parseReference(inside);
      if (reference !== null && !inside.includes('${')) references.push({ reference, at });
      else if (inside.includes('${')) problems.push({ at, message: 'a reference cannot stand inside another', hint: forms });
      else problems.push({ at, message: `${shownReference(inside)} is not a reference`, hint: forms });
    }
    if (text.replace(referencePattern, '').includes('${'))
      problems.push({ at, message: 'a reference that starts with ${ has no closing }', hint: forms });
  };

  const leadsToPostgres = (text: string, base: string): boolean => {
    if (isPostgresUrl(text)) return true;
    const [reference, ...more] = referencesIn(text);
    return reference !== undefined && more.length === 0 && /^\$\{[^}]*\}$/.test(text) && isPostgres(reference, base);
  };

  const scalar = (node: YamlNode & { kind: 'scalar' }, shapes: readonly Shape[]): unknown => {
    if (typeof node.value !== 'string' || shapes.length === 0) return node.value;
    note(node.value, node.at);
    const base = dirname(node.at.file);
    const field = shapes.find((shape) => shape.meta.deferred !== undefined)?.meta;
    const deferred = field?.onlyPostgres && !leadsToPostgres(node.value, base) ? undefined : field?.deferred;
    if (deferred === undefined) return node.value.includes('${') ? retype(replace(node.value, node.at, base), shapes) : node.value;
    if (deferred === 'url') urls.push({ text: node.value, base, at: node.at });
    return { secret: node.value, base };
  };

  const visit = (node: YamlNode, shapes: readonly Shape[], path: readonly PropertyKey[]): unknown => {
    const slotSchema = slotSchemas.get(pathKey(path));
    if (slotSchema !== undefined) return visit(node, slotSchema === null ? [] : shapesOf(slotSchema), [...path, inSlot]);
    if (node.kind === 'scalar') return scalar(node, shapes);
    // A map that an author wrote must not pass for the reference that a text becomes.
    if (shapes.some((shape) => shape.meta.deferred !== undefined)) {
      const named = showPath(path.filter((key) => key !== inSlot));
      problems.push({ at: node.at, message: `${named} must be text, not a ${node.kind}`, hint: null });
      return undefined;
    }
    const below = (key: PropertyKey) => shapes.flatMap((shape) => childShapes(shape, key));
    if (node.kind === 'list') return node.items.map((item, index) => visit(item, below(index), [...path, index]));
    return Object.fromEntries(
      [...node.entries].map(([key, child]) => {
        // zod leaves such a key out, and what it names would be gone without a word.
        if (key === '__proto__') problems.push({ at: child.keyAt ?? child.at, message: '__proto__ cannot be a name', hint: null });
        if (shapes.length > 0 && key.includes('${')) note(key, child.keyAt ?? child.at);
        return [key, visit(child, below(key), [...path, key])];
      }),
    );
  };

  return { value: visit(root, shapesOf(schema), []), problems, references, urls };
};

/** The references of a text, in order. */
export const referencesIn = (text: string): readonly Reference[] =>
  [...text.matchAll(referencePattern)].flatMap(([, inside]) => (inside === undefined ? [] : (parseReference(inside) ?? [])));

const shownReference = (inside: string): string => `\${${inside.length <= 60 ? inside : `${inside.slice(0, 59)}…`}}`;

/** `tier: ${TIER:-2}` means the number: what replaced a reference takes the type the field wants. */
const retype = (text: string, shapes: readonly Shape[]): unknown => {
  const wants = (type: 'number' | 'boolean') =>
    shapes.some(({ schema }) =>
      schema instanceof z.ZodLiteral
        ? [...schema.values].some((value) => typeof value === type)
        : schema instanceof (type === 'number' ? z.ZodNumber : z.ZodBoolean),
    );
  if (wants('number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (wants('boolean') && /^(true|false)$/.test(text)) return text === 'true';
  return text;
};

/** Every slot of a tree with its path. */
export const findSlots = (root: YamlNode, schema: z.ZodType): readonly { slot: string; path: readonly PropertyKey[]; node: YamlNode }[] => {
  const visit = (
    node: YamlNode,
    shapes: readonly Shape[],
    path: readonly PropertyKey[],
  ): { slot: string; path: readonly PropertyKey[]; node: YamlNode }[] => {
    // Where a slot or a list of slots may stand (kill), the list is gone into.
    const slot = shapes.find((shape) => shape.meta.slot !== undefined)?.meta.slot;
    const isListOfSlots = node.kind === 'list' && shapes.some(({ schema: each }) => each instanceof z.ZodArray);
    if (slot !== undefined && !isListOfSlots) return [{ slot, path, node }];
    const below = (key: PropertyKey) => shapes.filter((shape) => shape.meta.slot === undefined).flatMap((shape) => childShapes(shape, key));
    if (node.kind === 'list') return node.items.flatMap((item, index) => visit(item, below(index), [...path, index]));
    if (node.kind === 'map') return [...node.entries].flatMap(([key, child]) => visit(child, below(key), [...path, key]));
    return [];
  };
  return visit(root, shapesOf(schema), []);
};
