import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fleet } from '../../fleet/agent.ts';
import { badFile, inOrder } from '../../fleet/problem-report.ts';
import { suggestion } from '../../fleet/problem-words.ts';
import { usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { inlined } from './inlined.ts';
import { openParsed, type RunbookProblem } from './open-parsed.ts';
import type { Runbook } from './runbook.ts';

/** A file of a runbook: of the manifest, or shipped with the program. */
export interface FoundRunbook {
  /** Its own name; where it cannot be read, that of its file. */
  readonly name: string;
  readonly origin: 'manifest' | 'shipped';
  /** Absolute. */
  readonly file: string;
  /** With the runbooks it uses put in; null: something is wrong. */
  readonly runbook: Runbook | null;
  readonly problems: readonly RunbookProblem[];
}

const maxRunbookBytes = 256 * 1024;
const shippedFolder = fileURLToPath(new URL('../../../runbooks', import.meta.url));

const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name);

/** Every runbook there is, by name: those of the manifest, and the shipped ones that none of the same name stands in for. */
export const loadRunbooks = async (ctx: Context, fleet: Fleet): Promise<readonly FoundRunbook[]> => {
  const shelf = await openShelf(ctx, fleet);
  const found = await Promise.all(shelf.names().map((name) => shelf.take(name)));
  shelf.keep();
  return [...found.flatMap((each) => each ?? []), ...shelf.strays()];
};

/**
 * One runbook, by name or, where it holds a slash or ends in .yaml, by file. Throws a usage error where there is none, or with everything
 * that is wrong with it.
 * @param base the folder that a file is relative to
 */
export const loadRunbook = async (ctx: Context, fleet: Fleet, name: string, base: string): Promise<Runbook> => {
  const { file, runbook, problems } = await findRunbook(ctx, fleet, name, base);
  if (runbook !== null) return runbook;
  const hint = 'agentops explain runbook.PATH tells what belongs where, for example: agentops explain runbook.steps';
  throw badFile({ code: 'runbook_invalid', path: file, problems: inOrder(problems), hint }, base);
};

/** The same, with what is wrong with it instead of an error. */
export const findRunbook = async (ctx: Context, fleet: Fleet, name: string, base: string): Promise<FoundRunbook> => {
  const shelf = await openShelf(ctx, fleet);
  const found = isYaml(name) || /[\\/]/.test(name) ? await shelf.read(resolve(base, name)) : await shelf.take(name);
  shelf.keep();
  if (found !== null) return found;
  throw usageError({
    code: 'runbook_unknown',
    message: `there is no runbook ${JSON.stringify(name)}`,
    hint: suggestion(name, shelf.names()) ?? 'agentops runbook list',
    details: { runbooks: shelf.names() },
  });
};

/** The text of a runbook as it stands in its file. */
export const readRunbookSource = ({ files }: Pick<Context, 'files'>, { path }: Pick<Runbook, 'path'>): string =>
  files.readText(path, maxRunbookBytes);

/** What runbooks are probably called, by the names of their files: nothing is read. */
export const namesOfRunbooks = ({ files }: Pick<Context, 'files'>, fleet: Fleet): readonly string[] => {
  const paths = [...fleet.runbooks.flatMap((place) => yamlFiles(files, place)), ...files.list(shippedFolder).filter(isYaml)];
  return [...new Set(paths.map((path) => basename(path, extname(path))))].sort();
};

const openShelf = async (ctx: Context, fleet: Fleet) => {
  const { files } = ctx;
  const parsed = openParsed(ctx, join(dirname(fleet.path), '.agentops', `${basename(fleet.path)}.runbooks.json`));
  const strays: FoundRunbook[] = [];
  const own = new Map<string, string>();
  const refuse = (file: string, name: string, message: string, hint: string) =>
    strays.push({ name, origin: 'manifest', file, runbook: null, problems: [{ at: { file, line: 1, column: 1 }, message, hint }] });
  for (const place of fleet.runbooks)
    if (!files.exists(place))
      refuse(place, basename(place), 'the manifest names it under runbooks, and it is not there', 'make it, or take it out');
  for (const path of fleet.runbooks.flatMap((place) => yamlFiles(files, place))) {
    const name = (await parsed.read(path, files.readText(path, maxRunbookBytes))).runbook?.name ?? basename(path, extname(path));
    const twin = own.get(name);
    if (twin === undefined) own.set(name, path);
    else refuse(path, name, `a runbook ${name} stands already in ${twin}`, 'give one of the two another name');
  }
  const shipped = new Map(
    files
      .list(shippedFolder)
      .filter(isYaml)
      .map((file) => [basename(file, extname(file)), join(shippedFolder, file)]),
  );
  const names = () => [...new Set([...own.keys(), ...shipped.keys()])].sort();

  const bare = async (path: string) => parsed.read(path, files.readText(path, maxRunbookBytes));
  const read = async (path: string, origin: FoundRunbook['origin'] = 'manifest'): Promise<FoundRunbook> => {
    const { runbook, problems } = await bare(path);
    const name = runbook?.name ?? basename(path, extname(path));
    if (runbook === null) return { name, origin, file: path, runbook, problems };
    const used = await usedBy(runbook);
    const whole = inlined(runbook, (each) => used.get(each) ?? null, names());
    return { name, origin, file: path, runbook: whole.problems.length === 0 ? whole.runbook : null, problems: whole.problems };
  };
  /** What a runbook uses, and what that uses, as far as it can be read. */
  const usedBy = async (runbook: Runbook, known = new Map<string, Runbook>()): Promise<ReadonlyMap<string, Runbook>> => {
    for (const { kind, args } of [...runbook.steps, ...runbook.finally]) {
      const name = String(args['runbook']);
      const path = own.get(name) ?? shipped.get(name);
      if (kind !== 'use' || known.has(name) || path === undefined) continue;
      const { runbook: inner } = await bare(path);
      if (inner === null) continue;
      known.set(name, inner);
      await usedBy(inner, known);
    }
    return known;
  };

  return {
    names,
    read,
    strays: () => strays,
    take: async (name: string): Promise<FoundRunbook | null> => {
      const [mine, theirs] = [own.get(name), shipped.get(name)];
      if (mine !== undefined) return read(mine, 'manifest');
      return theirs === undefined ? null : read(theirs, 'shipped');
    },
    keep: parsed.keep,
  };
};

/** The files of a place that the manifest names: itself, or what stands in it. A place that is not there keeps no other from being used. */
const yamlFiles = (files: Context['files'], place: string): readonly string[] => {
  if (!files.exists(place)) return [];
  return files.isFolder(place)
    ? files
        .list(place)
        .filter(isYaml)
        .map((name) => join(place, name))
    : [place];
};
