import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { OpsError, usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Reference } from '../ground/units/reference.ts';
import type { Fleet } from './agent.ts';
import { globPattern } from './include.ts';
import type { PlacedProblem } from './problems.ts';
import type { SlotReaders } from './slots.ts';
import { decodeSnapshot, encodeSnapshot, hashText, isFresh, type SnapshotInputs } from './snapshot.ts';
import type { Allowance } from './trust.ts';

const maxManifestBytes = 1024 * 1024;
const maxFileReferenceBytes = 256 * 1024;
const manifestNames = ['agentops.yaml', 'agentops.yml'];

export interface ManifestRequest {
  /** `--manifest`; null where it was not given. */
  readonly flag: string | null;
  readonly cwd: string;
  /** Null: everything the manifest names is trusted. */
  readonly allowance: Allowance | null;
  /** The version of the program, which a snapshot is bound to. */
  readonly version: string;
}

export interface ManifestPlace {
  readonly path: string;
  readonly because: string;
}

export interface LoadedFleet {
  readonly fleet: Fleet;
  readonly place: ManifestPlace;
  readonly fromSnapshot: boolean;
}

type Ground = Pick<Context, 'env' | 'files' | 'secrets'>;

/** Which manifest is meant, and why: flag, environment, or the nearest one upward from the working directory. */
export const findManifest = (
  { env, files }: Pick<Ground, 'env' | 'files'>,
  { flag, cwd }: Pick<ManifestRequest, 'flag' | 'cwd'>,
): ManifestPlace => {
  if (flag !== null) return { path: resolve(cwd, flag), because: '--manifest' };
  const named = env['AGENTOPS_MANIFEST'];
  if (named) return { path: resolve(cwd, named), because: 'AGENTOPS_MANIFEST' };
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = manifestNames.map((name) => join(folder, name)).find((candidate) => files.exists(candidate));
    if (path !== undefined)
      return { path, because: folder === resolve(cwd) ? 'found in the working directory' : 'found upward from the working directory' };
    if (files.exists(join(folder, '.git')) || folder === env['HOME'] || folder === dirname(folder)) break;
  }
  throw usageError({
    code: 'manifest_not_found',
    message: `there is no agentops.yaml in ${cwd} or above it`,
    hint: 'agentops init makes one; agentops demo shows a fleet without one',
  });
};

/** The fleet of the manifest that is meant: from its snapshot while nothing changed, else read, checked and snapshotted. */
export const loadFleet = async (ground: Ground, request: ManifestRequest, readers: SlotReaders): Promise<LoadedFleet> => {
  const place = findManifest(ground, request);
  if (request.allowance === null) {
    const fleet = readSnapshot(ground, place.path, request.version);
    if (fleet !== null) return { fleet, place, fromSnapshot: true };
  }
  const { readManifest } = await import('./read-manifest.ts');
  const sources = openSources(ground, place.path);
  const { fleet, problems } = await readManifest(
    { ...sources, secrets: ground.secrets, allowance: request.allowance },
    place.path,
    readers,
  );
  if (fleet === null) throw manifestInvalid(place.path, request.cwd, problems);
  if (request.allowance === null) saveSnapshot(ground, place.path, encodeSnapshot(request.version, sources.inputs(), fleet));
  return { fleet, place, fromSnapshot: false };
};

/** The snapshot of a manifest, if it is still true; for callers that would rather have nothing than wait. */
export const readSnapshot = ({ env, files }: Pick<Ground, 'env' | 'files'>, path: string, version: string): Fleet | null => {
  const file = snapshotPath(path);
  if (!files.exists(file)) return null;
  const snapshot = decodeSnapshot(files.readText(file, 64 * maxManifestBytes), version);
  if (snapshot === null) return null;
  const fresh = isFresh(snapshot.inputs, {
    file: (input) => (files.exists(input) ? files.readText(input, maxManifestBytes) : null),
    glob: (key) => matchGlob(files, ...splitGlobKey(key)),
    variable: (name) => env[name],
  });
  return fresh ? snapshot.fleet : null;
};

const snapshotPath = (manifest: string): string => join(dirname(manifest), '.agentops', 'fleet.json');

/** A snapshot only saves time: where the folder cannot be written, the next command reads the manifest again. */
const saveSnapshot = ({ files }: Pick<Ground, 'files'>, path: string, text: string) => {
  try {
    files.writePrivate(snapshotPath(path), text);
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
  }
};

/** The outside of a manifest as `readManifest` needs it, with a record of everything that was looked at. */
const openSources = ({ env, files }: Pick<Ground, 'env' | 'files'>, manifest: string) => {
  const read: Record<string, string> = {};
  const globs: Record<string, readonly string[]> = {};
  const variables: Record<string, string | null> = {};
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
    lookup(reference: Reference, base: string): string | undefined {
      if (reference.kind === 'file') {
        const path = resolve(base, reference.name);
        if (!files.exists(path) || files.isFolder(path)) return undefined;
        const text = files.readText(path, maxFileReferenceBytes);
        read[path] = hashText(text);
        return text.replace(/\r?\n$/, '');
      }
      const value = env[reference.name];
      variables[reference.name] = value === undefined ? null : hashText(value);
      return value === undefined || value === '' ? (reference.fallback ?? undefined) : value;
    },
    inputs: (): SnapshotInputs => ({ files: read, globs, variables }),
  };
};

export type Sources = ReturnType<typeof openSources>;

const splitGlobKey = (key: string): [string, string] => {
  const [folder = '', pattern = ''] = key.split('\u0000');
  return [folder, pattern];
};

const matchGlob = (files: Context['files'], folder: string, pattern: string): readonly string[] => {
  if (!/[*?]/.test(pattern)) {
    const path = resolve(folder, pattern);
    return files.exists(path) ? [path] : [];
  }
  // Only what stands before the first wildcard is walked.
  const fixed = pattern.slice(0, pattern.search(/[*?]/));
  const start = resolve(folder, fixed.includes('/') ? fixed.slice(0, fixed.lastIndexOf('/')) : '.');
  const wanted = globPattern(pattern.replace(/^\.\//, ''));
  const walk = (at: string): readonly string[] =>
    files.list(at).flatMap((name) => {
      if (name === 'node_modules' || name.startsWith('.')) return [];
      const path = join(at, name);
      return files.isFolder(path) ? (pattern.includes('**') || pattern.slice(fixed.length).includes('/') ? walk(path) : []) : [path];
    });
  return walk(start).filter((path) => wanted.test(relative(folder, path).split(sep).join('/')));
};

/** All problems at once, each as `file:line:column: sentence`, with paths as the reader would type them. */
const manifestInvalid = (path: string, cwd: string, problems: readonly PlacedProblem[]): OpsError => {
  const near = (file: string) => {
    const short = relative(cwd, file);
    return short.startsWith('..') ? file : short;
  };
  const lines = problems.map(
    ({ at, message, hint }) => `${near(at.file)}:${at.line}:${at.column}: ${message}${hint === null ? '' : `\n    hint: ${hint}`}`,
  );
  return usageError({
    code: 'manifest_invalid',
    message: `${basename(path)} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n  ${lines.join('\n  ')}`,
    hint: 'agentops explain PATH tells what belongs where, for example: agentops explain agents.checks',
    details: problems.map(({ at, message, hint }) => ({ file: near(at.file), line: at.line, column: at.column, message, hint })),
  });
};
