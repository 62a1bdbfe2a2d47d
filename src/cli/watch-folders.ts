import { dirname, join, resolve } from 'node:path';
import type { Files } from '../ground/runtime/context.ts';
import type { Outcome, Session } from './command.ts';
import { watchRounds } from './watch-rounds.ts';

const lookEveryMs = 500;

/** Answers once, and again whenever a file beside one of `paths` is written, until Ctrl-C. */
export const watchFolders = async (session: Session, paths: readonly string[], round: () => Promise<Outcome>): Promise<Outcome> => {
  const { ctx, cwd } = session;
  const folders = [...new Set(paths.map((path) => dirname(resolve(cwd, path))))];
  let seen = stampOf(ctx.files, folders);
  const untilChanged = async () => {
    while (!ctx.signal.aborted && stampOf(ctx.files, folders) === seen)
      await ctx.clock.sleep(lookEveryMs, ctx.signal).catch(() => undefined);
    seen = stampOf(ctx.files, folders);
  };
  let isFirst = true;
  return watchRounds(session, lookEveryMs, async () => {
    if (!isFirst) await untilChanged();
    isFirst = false;
    return round();
  });
};

/** Changes whenever a file in one of the folders does. */
const stampOf = (files: Files, folders: readonly string[]): string =>
  folders
    .flatMap((folder) => files.list(folder).map((name) => files.factsOf(join(folder, name))))
    .map((facts) => (facts === null ? '-' : `${facts.inode}:${facts.size}:${facts.modifiedMs}`))
    .join(' ');
