import { resolve } from 'node:path';
import type { Fleet } from '../fleet/agent.ts';
import { usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Journal } from '../ground/store/port.ts';
import { isPostgresUrl, shownAddress } from '../ground/store/postgres-address.ts';
import { addressOf, isJournalThere, journalPath, openJournal } from './open-journal.ts';

/** Where a journal is kept, or may be. */
export interface StatePlace {
  readonly keeper: 'file' | 'postgres';
  /** For people: a path, or host and database; never a password. */
  readonly shown: string;
  /** False: there is no such file yet. */
  readonly exists: boolean;
  /** Opens it, making it where it is missing. */
  open(): Promise<Journal>;
}

type Kept = Pick<Fleet, 'stateFolder' | 'database'>;

/** Where a manifest says that the journal is. */
export const placeOf = (ctx: Context, kept: Kept): StatePlace => ({
  keeper: kept.database === null ? 'file' : 'postgres',
  shown: kept.database === null ? journalPath(kept.stateFolder) : shownAddress(addressOf(ctx, kept.database)),
  exists: isJournalThere(ctx, kept),
  open: () => openJournal(ctx, kept),
});

/** A place as it is typed: a folder, a URL of PostgreSQL, or a reference to one. A password in it is refused: others can read what runs on this machine. */
export const placeNamed = (ctx: Context, typed: string, cwd: string): StatePlace => {
  if (isPostgresUrl(typed) && /^[^/?#]*:\/\/[^/?#@]*?:[^/?#]*@|[?&]password=/i.test(typed))
    throw usageError({
      code: 'secret_in_argv',
      message: '--to holds a password, which others on this machine can read there',
      hint: "put the whole URL into a variable, and name it in single quotes: --to '${TEAM_STATE}'",
    });
  const reference = { secret: typed, base: cwd };
  const told = ctx.secrets.reveal(reference);
  return placeOf(
    ctx,
    isPostgresUrl(told) ? { stateFolder: cwd, database: reference } : { stateFolder: resolve(cwd, told), database: null },
  );
};
