import { relative } from 'node:path';
import { collectReferences } from '../fleet/collect-references.ts';
import { findManifest, type LoadedFleet, type ManifestPlace } from '../fleet/load-fleet.ts';
import type { At } from '../fleet/slots.ts';
import { OpsError } from '../ground/errors.ts';
import { isObject } from '../ground/json.ts';
import { plural } from '../ground/output/phrases.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Reference } from '../ground/units/reference.ts';
import type { Session } from './command.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';

export interface ManifestDiagnosis {
  /** Null where no manifest was found. */
  readonly place: ManifestPlace | null;
  /** Null where it could not be read, or something is wrong with it. */
  readonly loaded: LoadedFleet | null;
  readonly findings: readonly Diagnosed[];
}

const { ok, warn, fail } = findingsIn('manifest');

/** Which manifest is meant and why, and whether it is right. */
export const diagnoseManifest = async (session: Session): Promise<ManifestDiagnosis> => {
  const { ctx, cwd, flags } = session;
  let place: ManifestPlace;
  try {
    place = findManifest(ctx, { flag: flags.manifest ?? null, cwd });
  } catch (thrown) {
    // Nobody said that there is one: the tool is set up, and waits for its first manifest.
    const isNamed = flags.manifest !== undefined || Boolean(ctx.env['AGENTOPS_MANIFEST']);
    return { place: null, loaded: null, findings: [(isNamed ? fail : warn)('file', ...sentences(thrown))] };
  }
  const file = ok('file', `${place.path} (${place.because})`);
  try {
    const loaded = await session.fleet();
    const { agents } = loaded.fleet;
    const checks = agents.reduce((sum, agent) => sum + agent.checks.length, 0);
    return {
      place,
      loaded,
      findings: [
        file,
        ok('content', `fleet ${loaded.fleet.name}, ${plural(agents.length, 'agent')}, ${plural(checks, 'check')}`),
        ok('snapshot', snapshotWords(loaded.fromSnapshot, flags.untrusted === true)),
      ],
    };
  } catch (thrown) {
    return { place, loaded: null, findings: [file, ...problemsFound(thrown)] };
  }
};

const snapshotWords = (used: boolean, untrusted: boolean): string => {
  if (untrusted) return 'not used, because of --untrusted';
  return used ? 'used: nothing has changed since it was written' : 'not used: the manifest was read anew';
};

/** Each problem of an invalid manifest as a finding at its place; anything else as one finding. */
const problemsFound = (thrown: unknown): readonly Diagnosed[] => {
  const details = thrown instanceof OpsError && Array.isArray(thrown.details) ? thrown.details : [];
  const placed = details.filter(isObject).map(({ file, line, column, message, hint }) => {
    return fail(`${String(file)}:${String(line)}:${String(column)}`, String(message), typeof hint === 'string' ? hint : null);
  });
  return placed.length > 0 ? placed : [fail('content', ...sentences(thrown))];
};

const sentences = (thrown: unknown): [string, string | null] => {
  if (!(thrown instanceof OpsError)) throw thrown;
  return [thrown.message, thrown.hint];
};

const secrets = findingsIn('secrets');

/** Every variable and file that the manifest refers to: there or missing, and where. Never what it holds. */
export const diagnoseReferences = (ctx: Context, manifest: string, cwd: string): readonly Diagnosed[] => {
  let found: ReturnType<typeof collectReferences>;
  try {
    found = collectReferences(ctx, manifest);
  } catch (thrown) {
    return [secrets.skipped('references', sentences(thrown)[0])];
  }
  const byName = new Map<string, { reference: Reference; at: At }[]>();
  for (const each of found) byName.set(nameOf(each.reference), [...(byName.get(nameOf(each.reference)) ?? []), each]);
  if (byName.size === 0) return [secrets.ok('references', 'the manifest refers to no variable and no file')];
  return [...byName].map(([name, uses]) => referenceFinding(ctx, name, uses, cwd));
};

const nameOf = ({ kind, name }: Reference): string => (kind === 'file' ? `file:${name}` : name);

const referenceFinding = (ctx: Context, name: string, uses: readonly { reference: Reference; at: At }[], cwd: string): Diagnosed => {
  const where = uses.map(({ at }) => `${near(at.file, cwd)}:${at.line}:${at.column}`);
  const places = where.length > 3 ? `${where.slice(0, 3).join(', ')} and ${where.length - 3} more` : where.join(', ');
  const failing = uses.find((use) => !isThere(ctx, use));
  if (failing === undefined) {
    const isUnset = uses.every(({ reference }) => reference.kind === 'variable' && !ctx.env[reference.name]);
    return secrets.ok(name, `${isUnset ? 'not set; its default is used' : 'set'} (${places})`);
  }
  const { reference } = failing;
  if (reference.kind === 'file')
    return secrets.fail(name, `cannot be read (${places})`, 'make the file, or change its path; it is relative to the file that names it');
  const told = reference.complaint ? `: ${reference.complaint}` : '';
  return secrets.fail(name, `not set${told} (${places})`, `export ${reference.name}=…`);
};

const isThere = (ctx: Context, { reference, at }: { reference: Reference; at: At }): boolean => {
  if (reference.kind === 'variable') return Boolean(ctx.env[reference.name]) || reference.fallback !== null;
  const base = at.file.replace(/[^/\\]*$/, '');
  const path = reference.name.startsWith('/') ? reference.name : `${base}${reference.name}`;
  try {
    ctx.files.readText(path, maxSecretBytes);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return false;
  }
};

const maxSecretBytes = 64 * 1024;

const near = (file: string, cwd: string): string => {
  const short = relative(cwd, file);
  return short.startsWith('..') ? file : short;
};
