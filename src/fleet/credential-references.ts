import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { parseReference, type Reference, referencePattern } from '../ground/units/reference.ts';
import { isCredentialHeader } from './fields.ts';
import { childShapes, type Shape, shapesOf } from './schema-walk.ts';
import { inSlot, pathKey } from './slot-path.ts';
import type { YamlNode } from './yaml.ts';

/**
 * What the credentials of a tree are taken from, as `sourceOf` names it: nothing of it may be put into a field that is shown, planned and
 * journalled as it stands.
 * @param slotSchemas the schema of each slot, by `pathKey`; null where nothing inside is looked at
 */
export const credentialReferences = (
  root: YamlNode,
  schema: z.ZodType,
  slotSchemas: ReadonlyMap<string, z.ZodType | null>,
): ReadonlySet<string> => {
  const sources = new Set<string>();

  const visit = (node: YamlNode, shapes: readonly Shape[], path: readonly PropertyKey[]): void => {
    const slotSchema = slotSchemas.get(pathKey(path));
    if (slotSchema !== undefined && slotSchema !== null) {
      visit(node, shapesOf(slotSchema), [...path, inSlot]);
      return;
    }
    if (slotSchema === null || shapes.length === 0) return;
    if (node.kind === 'scalar') {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return;
      const base = dirname(node.at.file);
      for (const [, inside] of secretPart(node.value, shapes, path.at(-1)).matchAll(referencePattern)) {
        const reference = inside === undefined ? null : parseReference(inside);
        if (reference !== null) sources.add(sourceOf(reference, base));
      }
      return;
    }
    const below = (key: PropertyKey) => shapes.flatMap((shape) => childShapes(shape, key));
    if (node.kind === 'list') for (const [index, item] of node.items.entries()) visit(item, below(index), [...path, index]);
    else for (const [key, child] of node.entries) visit(child, below(key), [...path, key]);
  };

  visit(root, shapesOf(schema), []);
  return sources;
};

/** One name for a variable, or for a file from wherever it is named. */
export const sourceOf = ({ kind, name }: Reference, base: string): string => (kind === 'file' ? `file:${resolve(base, name)}` : name);

/** What of a text is a credential: all of a secret field and of a header that carries one, the password of a URL; nothing of others. */
const secretPart = (text: string, shapes: readonly Shape[], key: PropertyKey | undefined): string => {
  const deferred = new Set(shapes.map(({ meta }) => meta.deferred));
  if (deferred.has('secret')) return text;
  if (deferred.has('text') && typeof key === 'string' && isCredentialHeader(key)) return text;
  return deferred.has('url') ? (passwordOf.exec(text)?.[1] ?? '') : '';
};

/** What stands between the colon of the user and the `@`; the colon of `${USER:-anyone}` is none. */
const passwordOf = /^[a-z][a-z0-9+.-]*:\/\/(?:\$\{[^}]*\}|[^/?#@:$])*:((?:\$\{[^}]*\}|[^/?#@])*)@/i;
