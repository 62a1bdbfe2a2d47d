import type { Fleet } from '../fleet/agent.ts';
import { usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import { journalSteps } from '../ground/store/journal-schema.ts';
import { countRows } from '../ground/store/journal-tables.ts';
import { heldLeases } from '../ground/store/lease.ts';
import { readPostgresFacts } from '../ground/store/postgres-facts.ts';
import type { StateAnswer } from '../views/state.ts';
import { placeOf } from './state-places.ts';

/** Where the journal of a fleet is, what it holds, and who is at work on it. Looking makes none. */
export const collectState = async (ctx: Context, fleet: Fleet): Promise<Omit<StateAnswer, 'fleet' | 'generatedAt'>> => {
  const { keeper, shown, exists } = placeOf(ctx, fleet);
  if (!exists)
    throw usageError({
      code: 'state_not_found',
      message: `there is no journal ${shown} yet`,
      hint: 'agentops health, tick or serve makes it',
    });
  const journal = await ctx.journal();
  const facts = keeper === 'postgres' ? await readPostgresFacts(journal) : null;
  return {
    keeper,
    journal: shown,
    server: facts?.server ?? null,
    version: facts?.version ?? journalSteps.length,
    bytes: facts?.bytes ?? bytesOf(ctx, shown),
    folder: fleet.stateFolder,
    tables: await countRows(journal),
    leases: await heldLeases(journal, ''),
  };
};

/** With what was written and not yet put in its place. */
const bytesOf = ({ files }: Pick<Context, 'files'>, path: string): number =>
  [path, `${path}-wal`].reduce((sum, file) => sum + (files.factsOf(file)?.size ?? 0), 0);
