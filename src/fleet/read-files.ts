import { OpsError } from '../ground/errors.ts';
import { joinFile } from './include.ts';
import type { Sources } from './open-sources.ts';
import type { PlacedProblem } from './problems.ts';
import type { At } from './slots.ts';
import { leavesFolder } from './trust.ts';
import { parseYaml, type YamlMap } from './yaml.ts';

interface Include {
  readonly pattern: string;
  readonly at: At;
}

/**
 * The manifest with its includes joined in; null where the manifest itself is no map.
 * @param isTrusted false: included files must stand in the folder of the manifest
 */
export const readFiles = (
  sources: Sources,
  path: string,
  isTrusted: boolean,
): { readonly root: YamlMap | null; readonly problems: readonly PlacedProblem[] } => {
  const problems: PlacedProblem[] = [];
  const readMap = (file: string, empty: Pick<PlacedProblem, 'message' | 'hint'>): YamlMap | null => {
    const parsed = parseYaml(sources.read(file), file);
    problems.push(...parsed.problems);
    if (parsed.problems.length > 0) return null;
    if (parsed.root?.kind === 'map') return parsed.root;
    const at = parsed.root?.at ?? { file, line: 1, column: 1 };
    const notMap = { message: 'the file must be a map of sections', hint: 'begin with a section, for example agents:' };
    problems.push({ at, ...(parsed.root === null ? empty : notMap) });
    return null;
  };
  let root = readMap(path, { message: 'the file is empty', hint: 'agentops init makes a manifest' });
  if (root === null) return { root, problems };

  const refuse = (at: At, message: string, hint: string | null) => problems.push({ at, message, hint });
  const filesOf = ({ pattern, at }: Include): readonly string[] => {
    if (pattern.includes('${')) {
      refuse(at, 'include cannot hold a reference', 'name the files, or a folder with *');
      return [];
    }
    const files = sources.match(pattern);
    const outside = isTrusted ? undefined : files.find((file) => !sources.isInside(file));
    if (outside !== undefined || (!isTrusted && leavesFolder(pattern))) {
      refuse(
        at,
        `include ${pattern} leaves the folder of the manifest, which is refused under --untrusted`,
        'take it out, or move the file',
      );
      return [];
    }
    if (files.length === 0) refuse(at, `include ${pattern} matches no file`, 'paths are relative to the manifest');
    const folder = files.find(sources.isFolder);
    if (folder === undefined) return files;
    refuse(at, `include ${pattern} is a folder`, `name its files: ${pattern.replace(/\/*$/, '')}/*.yaml`);
    return [];
  };

  const seen = new Set([path]);
  for (const include of includesOf(root)) {
    for (const file of told(() => filesOf(include), include.at, problems) ?? []) {
      if (seen.has(file)) continue;
      seen.add(file);
      const empty = { message: 'the included file is empty', hint: 'write agents: into it, or take it out of include' };
      const part = told(() => readMap(file, empty), include.at, problems) ?? null;
      if (part === null) continue;
      const nested = part.entries.get('include');
      if (nested !== undefined) {
        refuse(
          nested.keyAt ?? nested.at,
          'include may stand in the manifest only, not in an included file',
          'name all files in the manifest',
        );
        continue;
      }
      const joined = joinFile(root, part);
      root = joined.root;
      problems.push(...joined.problems);
    }
  }
  return { root, problems };
};

/** What a file cannot be read for is a problem of the line that includes it. */
const told = <T>(read: () => T, at: At, problems: PlacedProblem[]): T | undefined => {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    problems.push({ at, message: thrown.message, hint: thrown.hint });
    return undefined;
  }
};

const includesOf = (root: YamlMap): readonly Include[] => {
  const node = root.entries.get('include');
  if (node?.kind !== 'list') return [];
  return node.items.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string' ? [{ pattern: item.value, at: item.at }] : [],
  );
};
