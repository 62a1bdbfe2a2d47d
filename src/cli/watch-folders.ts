import { dirname, join, resolve } from 'node:path';
import type { Files } from '../ground/runtime/context.ts';
import type { Outcome, Session } from './command.ts';
import { watchRounds } from './watch-rounds.ts';

const lookEveryMs = 500;

/** Answers once, and again whenever a file beside one of `paths` is written, until Ctrl-C. */
export const watchFolders = async (session: Session, paths: readonly string[], round: () => Promise<Outcome>): Promise<Outcome> => {
  const { ctx, cwd } = session;
  const folders = [...new Set(paths.map((path) => dirname(resolve(cwd, path))))];
  const own = ownFiles(session);
  const stamp = () => stampOf(ctx.files, folders, own);
  let seen = stamp();
  const untilChanged = async () => {
    while (!ctx.signal.aborted && stamp() === seen) await ctx.clock.sleep(lookEveryMs, ctx.signal).catch(() => undefined);
    seen = stamp();
  };
  let isFirst = true;
  const next = async () => {
    if (!isFirst) await untilChanged();
    isFirst = false;
    return round();
  };
  return watchRounds(session, lookEveryMs, next, 'when a file beside the suite changes');
};

/** What a round writes itself: it is no reason for another, which may cost money. */
const ownFiles = ({ cwd, flags, ctx }: Session): ReadonlySet<string> => {
  const outputs = (flags.output ?? []).flatMap((word) => (word.includes('=') ? word.slice(word.indexOf('=') + 1) : []));
  return new Set([...outputs, ctx.env['GITHUB_STEP_SUMMARY'] ?? ''].filter((path) => path !== '').map((path) => resolve(cwd, path)));
};

/** Changes whenever a file in one of the folders does; what lies in folders of theirs, such as the state, does not count. */
const stampOf = (files: Files, folders: readonly string[], but: ReadonlySet<string>): string =>
  folders
    .flatMap((folder) => files.list(folder).map((name) => join(folder, name)))
    .filter((path) => !but.has(path) && !files.isFolder(path))
    .map((path) => ({ path, facts: files.factsOf(path) }))
    .map(({ path, facts }) => (facts === null ? '-' : `${path}:${facts.inode}:${facts.size}:${facts.modifiedMs}`))
    .join(' ');
