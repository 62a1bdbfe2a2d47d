import { readChain } from '../ground/audit/audit.journal.ts';
import { recordAct } from '../ground/audit/record-act.ts';
import { type ChainReport, verifyChain } from '../ground/audit/verify-chain.ts';
import { refusedError, unableError, usageError } from '../ground/errors.ts';
import { listOf, plural } from '../ground/output/phrases.ts';
import type { Context } from '../ground/runtime/context.ts';
import { copyBegun, copyJournal, endCopyWrite, isUntouched } from '../ground/store/copy-journal.ts';
import { type CountedTable, countRows } from '../ground/store/journal-tables.ts';
import { heldLeases } from '../ground/store/lease.ts';
import type { Journal } from '../ground/store/port.ts';
import { revisionOf } from '../ground/store/revision.ts';
import type { StatePlace } from './state-places.ts';

/** What is to be copied, and where to. */
export interface MigrationPlan {
  readonly from: StatePlace;
  readonly to: StatePlace;
  readonly tables: readonly CountedTable[];
  /** Records of the audit chain, which is whole. */
  readonly records: number;
  /** True: half a copy is there, which is taken away and made again. */
  readonly isRestart: boolean;
}

/** Both ends, open. */
export interface Migration {
  readonly plan: MigrationPlan;
  readonly source: Journal;
  readonly target: Journal;
  /** Closes both ends. */
  close(): Promise<void>;
}

/**
 * Opens both ends and looks whether one can be copied into the other. Throws where there is nothing to copy, somebody is at work on it, its
 * audit chain is broken, or the other end holds a journal already.
 */
export const openMigration = async (from: StatePlace, to: StatePlace): Promise<Migration> => {
  if (from.shown === to.shown)
    throw usageError({ code: 'state_same', message: `${from.shown} cannot be copied into itself`, hint: 'name another place by --to' });
  if (!from.exists)
    throw usageError({
      code: 'state_not_found',
      message: `there is no journal ${from.shown}`,
      hint: 'agentops state show tells where it is',
    });
  const source = await from.open();
  const closers = [source];
  try {
    await requireWhole(source, from);
    const target = await to.open();
    closers.push(target);
    const isRestart = (await copyBegun(target)) !== null;
    if (!isRestart && !(await isUntouched(target)))
      throw usageError({
        code: 'state_not_empty',
        message: `${to.shown} holds a journal already, and two cannot be made one`,
        hint: to.keeper === 'postgres' ? 'name another schema with ?schema=' : 'name another folder, or move its journal.db aside',
      });
    const tables = (await countRows(source)).filter(({ rows }) => rows > 0);
    const { records } = await verifyChain(readChain(source), null);
    return {
      ...{ plan: { from, to, tables, records, isRestart }, source, target },
      async close() {
        for (const journal of closers) await journal.close();
      },
    };
  } catch (thrown) {
    for (const journal of closers) await journal.close();
    throw thrown;
  }
};

/** A journal that may be left: nobody is at work on it, and it is what it was written as. */
const requireWhole = async (journal: Journal, { shown }: StatePlace): Promise<void> => {
  if ((await copyBegun(journal)) !== null)
    throw usageError({
      code: 'state_half_copied',
      message: `${shown} holds half of a copy that was cut off`,
      hint: 'agentops state migrate, from where it was begun, makes it again',
    });
  const held = await heldLeases(journal, '');
  if (held.length > 0)
    throw refusedError({
      code: 'state_in_use',
      message: `somebody is at work on ${shown}: ${listOf(held.map(({ name }) => name))}`,
      hint: 'stop serve and what runs ticks, let runs end, and try again',
    });
  const { broken } = await verifyChain(readChain(journal), null);
  if (broken !== null)
    throw unableError({
      code: 'chain_broken',
      message: `the audit chain in ${shown} is broken: ${broken.message}`,
      hint: 'agentops audit verify; a copy would only hide where',
    });
};

/** Copies, looks at both ends again, and only then makes the copy count. Cut off anywhere, it is begun anew by the next. */
export const migrateState = async (
  ctx: Context,
  { plan: { from, to }, source, target }: Migration,
  on: (rows: number) => void,
): Promise<{ readonly rows: number; readonly head: string | null }> => {
  const before = await revisionOf(source, from.keeper);
  const startedAt = await target.now();
  await copyJournal(source, target, startedAt, on);
  const [left, arrived] = [await countRows(source), await countRows(target)];
  const [chain, copied] = [await verifyChain(readChain(source), null), await verifyChain(readChain(target), null)];
  if ((await revisionOf(source, from.keeper)) !== before)
    throw unableError({
      code: 'state_changed',
      message: `${from.shown} was written to while it was copied, so the copy does not count`,
      hint: 'stop serve and what runs ticks, and run agentops state migrate again',
    });
  // The target holds one more: that a copy is under way.
  const differ = left.filter(({ table, rows }, at) => arrived[at]?.rows !== rows + (table === 'duty' ? 1 : 0)).map(({ table }) => table);
  if (differ.length > 0 || headOf(chain) !== headOf(copied) || copied.broken !== null)
    throw unableError({
      code: 'copy_differs',
      message: `${to.shown} is not what ${from.shown} is: ${differ.length > 0 ? listOf(differ) : 'the audit chain'} differs`,
      hint: 'somebody wrote to it meanwhile; run agentops state migrate again when nobody does',
    });
  const rows = left.reduce((sum, table) => sum + table.rows, 0);
  await recordAct({ ...ctx, journal: async () => target }, async () => ({
    writes: [endCopyWrite(startedAt)],
    act: { kind: 'state.migrate', subject: to.shown, body: { from: from.shown, rows, records: chain.records, head: headOf(chain) } },
    answer: null,
  }));
  return { rows, head: headOf(chain) };
};

const headOf = ({ last }: ChainReport): string | null => last?.hash ?? null;

/** What is about to happen, in one sentence. */
export const migrationSentence = ({ from, to, tables, records, isRestart }: MigrationPlan): string => {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const again = isRestart ? '; half a copy that is there is made again' : '';
  return `copies ${plural(rows, 'row')}, ${plural(records, 'audit record')} among them, from ${from.shown} to ${to.shown}${again}`;
};
