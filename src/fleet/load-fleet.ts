import { basename, dirname, join, resolve } from 'node:path';
import { OpsError, usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Fleet } from './agent.ts';
import { matchAgain, maxManifestBytes, openSources } from './open-sources.ts';
import type { Extensions } from './slots.ts';
import { decodeSnapshot, encodeSnapshot, isFresh } from './snapshot.ts';
import type { Allowance } from './trust.ts';

const maxSnapshotBytes = 64 * 1024 * 1024;
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
  const named = (path: string, because: string): ManifestPlace => {
    if (files.exists(path) && !files.isFolder(path)) return { path, because };
    throw usageError({
      code: 'manifest_not_found',
      message: `${because} names ${path}, and ${files.exists(path) ? 'that is a folder' : 'there is no such file'}`,
      hint: files.exists(path) ? `name the file in it: ${join(path, 'agentops.yaml')}` : 'agentops init makes a manifest',
    });
  };
  if (flag !== null) return named(resolve(cwd, flag), '--manifest');
  if (env['AGENTOPS_MANIFEST']) return named(resolve(cwd, env['AGENTOPS_MANIFEST']), 'AGENTOPS_MANIFEST');
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
export const loadFleet = async (ground: Ground, request: ManifestRequest, extensions: () => Promise<Extensions>): Promise<LoadedFleet> => {
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
    await extensions(),
  );
  if (fleet === null) {
    const hint = 'agentops explain PATH tells what belongs where, for example: agentops explain agents.checks';
    const { badFile } = await import('./problem-report.ts');
    throw badFile({ code: 'manifest_invalid', path: place.path, problems, hint }, request.cwd);
  }
  if (request.allowance === null) saveSnapshot(ground, place.path, encodeSnapshot(request.version, sources.inputs(), fleet));
  return { fleet, place, fromSnapshot: false };
};

/** The snapshot of a manifest, if it is still true; for callers that would rather have nothing than wait. */
export const readSnapshot = ({ env, files }: Pick<Ground, 'env' | 'files'>, path: string, version: string): Fleet | null => {
  const file = snapshotPath(path);
  try {
    if (!files.exists(file)) return null;
    const snapshot = decodeSnapshot(files.readText(file, maxSnapshotBytes), version, path);
    const isTrue =
      snapshot !== null &&
      isFresh(snapshot.inputs, {
        file: (input) => (files.exists(input) ? files.readText(input, maxManifestBytes) : null),
        glob: (key) => matchAgain(files, key),
        variable: (name) => env[name],
      });
    return isTrue ? snapshot.fleet : null;
  } catch (thrown) {
    // What can no longer be read is told by reading the manifest, with its place.
    if (thrown instanceof OpsError) return null;
    throw thrown;
  }
};

/** One for each manifest: several may stand in one folder. */
const snapshotPath = (manifest: string): string => join(dirname(manifest), '.agentops', `${basename(manifest)}.snapshot.json`);

/** A snapshot only saves time: where the folder cannot be written, the next command reads the manifest again. */
const saveSnapshot = ({ files }: Pick<Ground, 'files'>, path: string, text: string) => {
  try {
    files.writePrivate(snapshotPath(path), text);
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
  }
};
