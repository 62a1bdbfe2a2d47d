import type { Fleet } from '../fleet/agent.ts';
import { nodeCodeOf, OpsError } from '../ground/errors.ts';
import { isoTime } from '../ground/output/json.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { StoreFinding } from '../views/db.ts';

/** Looks whether cache and journal are sound, and whether statistics are what their requests make of them. Throws where a file cannot be opened at all. */
export const checkStore = async (
  ctx: Context,
  { database }: Pick<Fleet, 'database'>,
  isRepair: boolean,
): Promise<readonly StoreFinding[]> => [
  await guarded('journal', () => (database === null ? checkJournal(ctx) : checkDatabase(ctx))),
  ...(await checkCache(ctx, isRepair)),
];

const checkCache = async (ctx: Context, isRepair: boolean): Promise<readonly StoreFinding[]> => {
  const pages = await guarded('cache', async () => {
    const { pageProblems } = await import('../telemetry/stats/inventory.cache.ts');
    return told('cache', pageProblems(await ctx.cache()), again);
  });
  return pages.ok ? [pages, await guarded('statistics', () => checkStatistics(ctx, isRepair))] : [pages];
};

const again = 'the cache can be made again: delete cache.db in the state folder and run agentops sync';

const checkStatistics = async (ctx: Context, isRepair: boolean): Promise<StoreFinding> => {
  const [{ openFreshCache }, { remakeRollups, verifyRollups }] = await Promise.all([
    import('../telemetry/stats/open-fresh-cache.ts'),
    import('../telemetry/stats/verify-rollups.ts'),
  ]);
  const cache = await openFreshCache(ctx);
  if (isRepair) remakeRollups(cache);
  const { days, wrong } = verifyRollups(cache);
  if (wrong.length === 0)
    return { name: 'statistics', ok: true, detail: `right on ${days.length} of ${days.length} days compared`, fix: null };
  const dates = wrong.map((startUs) => isoTime(startUs / 1000).slice(0, 10));
  return { name: 'statistics', ok: false, detail: `wrong on ${dates.join(', ')}`, fix: 'agentops db check --repair' };
};

const checkJournal = async (ctx: Context): Promise<StoreFinding> => {
  const lines = await (await ctx.journal()).all<{ integrity_check: string }>('PRAGMA integrity_check(20)');
  const problems = lines.map(({ integrity_check }) => integrity_check).filter((line) => line !== 'ok');
  return told('journal', problems, 'restore journal.db from a backup: what it holds cannot be made again');
};

/** Every row is read once, which meets each page that the server can tell is damaged. */
const checkDatabase = async (ctx: Context): Promise<StoreFinding> => {
  const journal = await ctx.journal();
  const [{ readPostgresFacts }, { countRows }] = await Promise.all([
    import('../ground/store/postgres-facts.ts'),
    import('../ground/store/journal-tables.ts'),
  ]);
  const { server, hasChecksums } = await readPostgresFacts(journal);
  const counted = await countRows(journal);
  const rows = counted.reduce((sum, each) => sum + each.rows, 0);
  const checked = hasChecksums ? 'by its checksums' : 'as far as it can tell without checksums';
  return {
    name: 'journal',
    ok: true,
    detail: `${rows.toLocaleString('en-US')} rows are readable, ${checked} (PostgreSQL ${server})`,
    fix: null,
  };
};

const told = (name: string, problems: readonly string[], fix: string): StoreFinding =>
  problems.length === 0 ? { name, ok: true, detail: 'sound', fix: null } : { name, ok: false, detail: problems.join('; '), fix };

/** A file that is damaged is what was looked for; one that is locked or out of reach is not. */
const guarded = async (name: string, look: () => Promise<StoreFinding>): Promise<StoreFinding> => {
  try {
    return await look();
  } catch (thrown) {
    const cause = thrown instanceof OpsError ? nodeCodeOf(thrown.cause) : null;
    if (!(thrown instanceof OpsError) || cause === null || !/^SQLITE_(CORRUPT|NOTADB)/.test(cause)) throw thrown;
    const fix = name === 'journal' ? (thrown.hint ?? '') : again;
    return { name, ok: false, detail: thrown.message, fix };
  }
};
