import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { extensions } from '../../src/cli/registries.ts';
import { type LoadedFleet, loadFleet, type ManifestRequest } from '../../src/fleet/load-fleet.ts';
import { OpsError } from '../../src/ground/errors.ts';
import { inertText } from '../../src/ground/output/escape.ts';
import type { Env } from '../../src/ground/runtime/context.ts';
import { systemFiles } from '../../src/ground/runtime/files.ts';
import { openSecrets } from '../../src/ground/runtime/secrets.ts';

export interface LoadParts {
  readonly env?: Env;
  readonly allowance?: ManifestRequest['allowance'];
  readonly version?: string;
  /** Default: agentops.yaml. */
  readonly manifest?: string;
}

/** Loads `agentops.yaml` of a folder as the program does, with everything that may stand in its slots. */
export const load = (
  folder: string,
  { env = {}, allowance = null, version = '0.0.0', manifest = 'agentops.yaml' }: LoadParts = {},
): Promise<LoadedFleet> =>
  loadFleet(
    { env, files: systemFiles, secrets: openSecrets(env, systemFiles) },
    { flag: manifest, cwd: folder, allowance, version },
    async () => extensions,
  );

/** What the program would print on stderr about a manifest; empty where it is right. Anything but an OpsError is a bug and thrown on. */
export const stderrOf = async (folder: string, parts: LoadParts = {}): Promise<string> => {
  try {
    await load(folder, parts);
    return '';
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return `error: ${thrown.message.split('\n').map(inertText).join('\n')}\n${thrown.hint === null ? '' : `hint: ${inertText(thrown.hint)}\n`}`;
  }
};

/** A copy of a good manifest in a folder of its own, gone after the test, with some files written over it. */
export const cleanCopy = (name: string, files: Readonly<Record<string, string>> = {}): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentops-manifest-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(import.meta.dirname, '../fixtures/good-manifests', name), folder, {
    recursive: true,
    filter: (from) => !from.includes('.agentops'),
  });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
};
