import { showPath } from './problem-words.ts';
import type { PlacedProblem } from './problems.ts';
import type { YamlMap, YamlNode } from './yaml.ts';

/** Sections of an included file that are joined with those of the manifest, entry by entry. */
const joined = ['agents', 'backends', 'connections', 'prices'];

/** The manifest with the sections of an included file added; what both name is a problem, never a silent choice. */
export const joinFile = (manifest: YamlMap, part: YamlMap): { root: YamlMap; problems: readonly PlacedProblem[] } => {
  const problems: PlacedProblem[] = [];
  const entries = new Map(manifest.entries);
  for (const [key, node] of part.entries) {
    const at = node.keyAt ?? node.at;
    const there = entries.get(key);
    if (there === undefined || isNothing(there)) entries.set(key, node);
    else if (isNothing(node)) continue;
    else if (joined.includes(key) && there.kind === 'map' && node.kind === 'map')
      entries.set(key, { ...there, entries: joinEntries(there, node, key, problems) });
    else if (there.kind === 'list' && node.kind === 'list') entries.set(key, { ...there, items: [...there.items, ...node.items] });
    else problems.push({ at, message: `${key} stands already in`, also: there.keyAt ?? there.at, hint: 'keep one of the two' });
  }
  return { root: { ...manifest, entries }, problems };
};

const joinEntries = (there: YamlMap, more: YamlMap, section: string, problems: PlacedProblem[]): ReadonlyMap<string, YamlNode> => {
  const entries = new Map(there.entries);
  for (const [name, node] of more.entries) {
    const twin = entries.get(name);
    if (twin === undefined) entries.set(name, node);
    else
      problems.push({
        at: node.keyAt ?? node.at,
        message: `${showPath([section, name])} stands already in`,
        also: twin.keyAt ?? twin.at,
        hint: 'give one of the two another name',
      });
  }
  return entries;
};

/** `agents:` with nothing under it leaves the section to other files. */
const isNothing = (node: YamlNode): boolean => node.kind === 'scalar' && node.value === null;
