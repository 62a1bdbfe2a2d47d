import type { Cache } from '../../ground/store/port.ts';
import type { ExportName } from '../../telemetry/stats/export.cache.ts';
import type { Leaf, Outcome, Session } from '../command.ts';
import { choiceFlag, windowFlag } from '../flags.ts';

interface Flags {
  readonly dryRun?: boolean;
  readonly repair?: boolean;
  readonly format: 'csv' | 'jsonl';
  readonly since?: number;
}

const actions = ['stats', 'prune', 'vacuum', 'check', 'export'] as const;

const db: Leaf = {
  formats: ['text', 'json'],
  words: ([what, ...more]) =>
    what === undefined ? actions : what === 'export' && more.length === 0 ? ['spans', 'runs', 'scores', 'rollups'] : [],
  arguments: [
    { name: '[what]', summary: 'stats, prune, vacuum, check or export', fallback: 'stats' },
    { name: '[table]', summary: 'with export: spans, runs, scores or rollups' },
  ],
  flags: [
    { flags: '--dry-run', summary: 'with prune: tell what would go' },
    { flags: '--repair', summary: 'with check: make all statistics again from their requests' },
    { flags: '--format <csv|jsonl>', summary: 'with export: how rows are written', parse: choiceFlag(['csv', 'jsonl']), fallback: 'csv' },
    { flags: '--since <duration>', summary: 'with export: how far back; default: everything', parse: windowFlag },
  ],
  examples: [
    ['agentops db', 'what the cache holds, and how far each backend was read'],
    ['agentops db check', 'whether the files are sound and the statistics right'],
    ['agentops db export runs --since 7d > week.csv', 'a week of requests, for a spreadsheet'],
  ],
  exits: [
    ['0', 'done; with check: all is well'],
    ['1', 'check found something broken'],
    ['3', 'the cache cannot be opened or written'],
  ],
  async run(session, [what, table], given) {
    const flags = given as unknown as Flags;
    if (what === 'export') return exportTable(session, table, flags);
    if (what === 'check') return check(session, flags.repair === true);
    if (what === 'stats') return stats(session);
    if (what === 'prune') return prune(session, flags.dryRun === true);
    if (what === 'vacuum') return vacuum(session);
    const { usageError } = await import('../../ground/errors.ts');
    throw usageError({
      code: 'usage',
      message: `there is nothing called db ${JSON.stringify(what)}`,
      hint: `it takes ${actions.join(', ')}`,
    });
  },
};

export default db;

const headOf = async ({ ctx, fleet: load }: Session) => {
  const { fleet } = await load();
  return { fleet: fleet.name, generatedAt: ctx.clock.now(), folder: fleet.stateFolder };
};

const sizesIn = async ({ ctx, fleet: load }: Session): Promise<{ name: string; bytes: number }[]> => {
  const [{ join }, { fleet }] = await Promise.all([import('node:path'), load()]);
  const files = ctx.files.list(fleet.stateFolder).filter((name) => /^(cache|journal)\.db(-wal)?$/.test(name));
  return files.map((name) => ({ name, bytes: ctx.files.factsOf(join(fleet.stateFolder, name))?.size ?? 0 }));
};

const stats = async (session: Session): Promise<Outcome> => {
  const [{ readInventory }, { statsFormats }] = await Promise.all([
    import('../../telemetry/stats/inventory.cache.ts'),
    import('../../views/db.ts'),
  ]);
  const inventory = readInventory(await session.ctx.cache());
  return { finding: 'none', formats: statsFormats({ ...(await headOf(session)), files: await sizesIn(session), inventory }) };
};

const prune = async (session: Session, isRehearsal: boolean): Promise<Outcome> => {
  const [{ defaultRetention, expireCache }, { rehearse }, { pruneFormats }] = await Promise.all([
    import('../../telemetry/stats/expire-cache.ts'),
    import('../../ground/store/rehearse.ts'),
    import('../../views/db.ts'),
  ]);
  const { ctx } = session;
  const cache = await ctx.cache();
  const expire = () => expireCache(cache, ctx.clock.now() * 1000, defaultRetention, () => ctx.signal.aborted);
  const expired = isRehearsal ? rehearse(cache, expire) : expire();
  return { finding: 'none', formats: pruneFormats({ ...(await headOf(session)), isRehearsal, expired, keep: defaultRetention }) };
};

const vacuum = async (session: Session): Promise<Outcome> => {
  const [{ vacuumCache }, { vacuumFormats }] = await Promise.all([
    import('../../telemetry/stats/inventory.cache.ts'),
    import('../../views/db.ts'),
  ]);
  const cache = await session.ctx.cache();
  const sum = async () => (await sizesIn(session)).reduce((total, { name, bytes }) => total + (name.startsWith('cache') ? bytes : 0), 0);
  const before = await sum();
  vacuumCache(cache);
  return { finding: 'none', formats: vacuumFormats({ ...(await headOf(session)), before, after: await sum() }) };
};

const check = async (session: Session, isRepair: boolean): Promise<Outcome> => {
  const [{ checkStore }, { checkFormats }] = await Promise.all([import('../check-store.ts'), import('../../views/db.ts')]);
  const findings = await checkStore(session.ctx, (await session.fleet()).fleet, isRepair);
  const finding = findings.some(({ ok }) => !ok) ? 'found' : 'none';
  return { finding, formats: checkFormats({ ...(await headOf(session)), findings }) };
};

/** Bytes of rows that are handed over at once. */
const pieceChars = 65_536;

const exportTable = async ({ ctx, terminal }: Session, table: unknown, { format, since }: Flags): Promise<Outcome> => {
  const [{ exportNames, exportOf }, { openFreshCache }, { exportLine }, { usageError }] = await Promise.all([
    import('../../telemetry/stats/export.cache.ts'),
    import('../../telemetry/stats/open-fresh-cache.ts'),
    import('../../views/db.ts'),
    import('../../ground/errors.ts'),
  ]);
  const name = exportNames.find((each): each is ExportName => each === table);
  if (name === undefined) {
    const message = table === undefined ? 'db export needs the name of a table' : `there is no table ${JSON.stringify(table)} to export`;
    throw usageError({ code: 'usage', message, hint: `there are ${exportNames.join(', ')}: agentops db export runs` });
  }
  const cache: Cache = await openFreshCache(ctx);
  const { head, rows } = exportOf(cache, name, since === undefined ? 0 : (ctx.clock.now() - since) * 1000);
  let piece = format === 'csv' ? exportLine.csvHead(head) : '';
  for (const row of rows) {
    piece += format === 'csv' ? exportLine.csv(row) : exportLine.jsonl(head, row);
    if (piece.length < pieceChars) continue;
    await terminal.print(ctx.secrets.mask(piece));
    piece = '';
    if (ctx.signal.aborted || terminal.readerGone.aborted) break;
  }
  await terminal.print(ctx.secrets.mask(piece));
  return { finding: 'none', formats: {} };
};
