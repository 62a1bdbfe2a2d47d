import type { Context } from '../ground/runtime/context.ts';
import { parseReference, referencePattern } from '../ground/units/reference.ts';
import type { FoundReference } from './interpolate.ts';
import { openSources } from './open-sources.ts';
import { readFiles } from './read-files.ts';
import type { At } from './slots.ts';
import type { YamlNode } from './yaml.ts';

/** Every `${…}` of a manifest and of the files it includes, in the order it stands there; none where a file is not YAML. */
export const collectReferences = (ground: Pick<Context, 'env' | 'files'>, path: string): readonly FoundReference[] => {
  const { root } = readFiles(openSources(ground, path), path, true);
  return root === null ? [] : referencesIn(root);
};

const referencesIn = (node: YamlNode): readonly FoundReference[] => {
  if (node.kind === 'scalar') return typeof node.value === 'string' ? referencesOf(node.value, node.at) : [];
  if (node.kind === 'list') return node.items.flatMap(referencesIn);
  return [...node.entries].flatMap(([key, child]) => [...referencesOf(key, child.keyAt ?? child.at), ...referencesIn(child)]);
};

const referencesOf = (text: string, at: At): readonly FoundReference[] =>
  [...text.matchAll(referencePattern)].flatMap(([, inside]) => {
    const reference = inside === undefined ? null : parseReference(inside);
    return reference === null ? [] : [{ reference, at }];
  });
