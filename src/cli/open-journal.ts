import { join } from 'node:path';
import type { Fleet } from '../fleet/agent.ts';
import type { Context, Env } from '../ground/runtime/context.ts';
import type { Journal } from '../ground/store/port.ts';
import { type PostgresAddress, readPostgresUrl } from '../ground/store/postgres-address.ts';

/** The journal's file in a state folder. */
export const journalPath = (stateFolder: string): string => join(stateFolder, 'journal.db');

/** Whether there is a journal to look into: a file that was never made holds nothing, and looking should not make it. A database always is. */
export const isJournalThere = (
  { files }: Pick<Context, 'files'>,
  { stateFolder, database }: Pick<Fleet, 'stateFolder' | 'database'>,
): boolean => database !== null || files.exists(journalPath(stateFolder));

type Opening = Pick<Context, 'env' | 'secrets' | 'clock'>;

/** Where a team keeps its journal. Its password is a secret from here on: never printed, never in an argv. */
export const addressOf = (
  { env, secrets }: Pick<Opening, 'env' | 'secrets'>,
  database: NonNullable<Fleet['database']>,
): PostgresAddress => {
  const address = readPostgresUrl(secrets.reveal(database));
  return { ...address, password: address.password ?? usualPassword(env, secrets) };
};

/** As for every program that speaks to PostgreSQL. */
const usualPassword = (env: Env, secrets: Context['secrets']): string | null =>
  env['PGPASSWORD'] === undefined || env['PGPASSWORD'] === '' ? null : secrets.reveal({ secret: '${PGPASSWORD}', base: '' });

/** Opens the journal of a fleet, where its manifest says. Only the driver that is needed is loaded. */
export const openJournal = async (ctx: Opening, { stateFolder, database }: Pick<Fleet, 'stateFolder' | 'database'>): Promise<Journal> => {
  if (database !== null) {
    const { openPostgresJournal } = await import('../ground/store/postgres.ts');
    return openPostgresJournal(addressOf(ctx, database));
  }
  const { openSqliteJournal } = await import('../ground/store/sqlite.ts');
  return openSqliteJournal(journalPath(stateFolder), () => ctx.clock.now());
};
