import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import { isPostgresUrl } from '../ground/store/postgres-address.ts';
import type { Reference } from '../ground/units/reference.ts';
import { matchesGlob } from './glob.ts';
import { hashText, isPostgresValue, type SnapshotInputs } from './snapshot.ts';

/** More is not read as a manifest or as part of one. */
export const maxManifestBytes = 1024 * 1024;
const maxFileReferenceBytes = 256 * 1024;
const maxWalked = 20_000;

/** The outside of a manifest as `readManifest` needs it, with a record of everything that was looked at. */
export const openSources = ({ env, files }: Pick<Context, 'env' | 'files'>, manifest: string) => {
  const read: Record<string, string> = {};
  const globs: Record<string, readonly string[]> = {};
  const variables: Record<string, string | null> = {};
  const peeked: Record<string, boolean | null> = {};
  return {
    read(path: string): string {
      const text = files.readText(path, maxManifestBytes);
      read[path] = hashText(text);
      return text;
    },
    /** The files an include names, in order; empty where none matches. */
    match(pattern: string): readonly string[] {
      const folder = dirname(manifest);
      const matched = matchGlob(files, folder, pattern);
      globs[`${folder}\u0000${pattern}`] = matched;
      return matched;
    },
    lookup(reference: Reference, base: string): { readonly text: string } | 'missing' {
      if (reference.kind === 'file') {
        const path = resolve(base, reference.name);
        if (!files.exists(path) || files.isFolder(path)) return 'missing';
        const text = files.readText(path, maxFileReferenceBytes);
        read[path] = hashText(text);
        return { text: text.replace(/\r?\n$/, '') };
      }
      const value = env[reference.name];
      variables[reference.name] = value === undefined ? null : hashText(value);
      const text = value === undefined || value === '' ? reference.fallback : value;
      return text === null ? 'missing' : { text };
    },
    /**
     * Whether a reference stands for the URL of PostgreSQL. No more of it is noted, not even a hash: it may hold a password. One that stands
     * for nothing is taken for such a URL as well: who keeps nothing, as a job of CI does, need not have it.
     */
    leadsToPostgres({ kind, name, fallback }: Reference, base: string): boolean {
      const path = resolve(base, name);
      const isFile = kind === 'file';
      const text = !isFile ? env[name] : files.exists(path) && !files.isFolder(path) ? files.readText(path, maxFileReferenceBytes) : '';
      const found = isPostgresValue(text);
      peeked[isFile ? `file:${path}` : name] = found;
      return found ?? (fallback === null || isPostgresUrl(fallback));
    },
    isFolder: files.isFolder,
    /** True where a file stands, symbolic links followed, in the folder of the manifest or below. */
    isInside(path: string): boolean {
      const below = relative(files.realPath(dirname(manifest)), files.realPath(path));
      return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
    },
    inputs: (): SnapshotInputs => ({ files: read, globs, variables, peeked }),
  };
};

export type Sources = ReturnType<typeof openSources>;

/** The files that a glob of `SnapshotInputs` matches now. */
export const matchAgain = (files: Context['files'], key: string): readonly string[] => {
  const [folder = '', pattern = ''] = key.split('\u0000');
  return matchGlob(files, folder, pattern);
};

/** The files that a pattern names, sorted; `node_modules` and hidden folders are not looked into. */
const matchGlob = (files: Context['files'], folder: string, pattern: string): readonly string[] => {
  if (!/[*?]/.test(pattern)) {
    const path = resolve(folder, pattern);
    return files.exists(path) ? [path] : [];
  }
  // Only what stands before the first wildcard is walked.
  const fixed = pattern.slice(0, pattern.search(/[*?]/));
  const start = resolve(folder, fixed.includes('/') ? fixed.slice(0, fixed.lastIndexOf('/') + 1) : '.');
  const wanted = pattern.replace(/^\.\//, '');
  const isDeep = pattern.includes('**') || pattern.slice(fixed.length).includes('/');
  const found: string[] = [];
  let seen = 0;
  const walk = (at: string) => {
    for (const name of files.list(at)) {
      if (name === 'node_modules' || name.startsWith('.')) continue;
      if (++seen > maxWalked) {
        throw usageError({
          code: 'include_too_wide',
          message: `include ${pattern} looks through more than ${maxWalked.toLocaleString('en-US')} files`,
          hint: 'name the folder before the first *',
        });
      }
      const path = join(at, name);
      if (!files.isFolder(path)) found.push(path);
      else if (isDeep) walk(path);
    }
  };
  walk(start);
  return found.filter((path) => matchesGlob(wanted, (isAbsolute(pattern) ? path : relative(folder, path)).split(sep).join('/')));
};
