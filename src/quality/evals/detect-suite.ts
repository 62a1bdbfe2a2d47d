import { basename, dirname, resolve } from 'node:path';
import type { Fleet } from '../../fleet/agent.ts';
import { suggestion } from '../../fleet/problems.ts';
import { usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { formatOf } from './read-case-file.ts';

/** The file of a suite: relative to `base`, else to the manifest. Throws a usage error where there is none. */
export const detectSuite = ({ files }: Context, fleet: Fleet, path: string, base: string): string => {
  const places = [...new Set([resolve(base, path), resolve(dirname(fleet.path), path)])];
  const found = places.find((place) => files.exists(place) && !files.isFolder(place));
  if (found !== undefined) return found;
  const [place = ''] = places;
  const near = suggestion(
    basename(path),
    files.list(dirname(place)).filter((name) => formatOf(name) !== null),
  );
  throw usageError({
    code: 'suite_not_found',
    message: files.isFolder(place)
      ? `${path} is a folder, not a suite`
      : `there is no suite ${path}, neither in ${base} nor beside the manifest`,
    hint: near ?? 'name a .yaml, .jsonl or .csv file',
  });
};
