import type { Mitigation } from '../../controls/actions/mitigation.ts';
import { mitigationsOfRun } from '../../controls/actions/mitigations.journal.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { RunResult } from './run.ts';
import { resultOfRun } from './run-result.ts';
import { requireRun } from './run-runbook.ts';
import { readEvents } from './runs.journal.ts';
import { foldRun } from './step-state.ts';

/** A run as the journal has it now, with what it has put in force. Throws a usage error where there is none. */
export const collectRun = async (
  ctx: Context,
  id: string,
): Promise<{ readonly result: RunResult; readonly mitigations: readonly Mitigation[] }> => {
  const journal = await ctx.journal();
  const { head, containMs, quietMs } = await requireRun(journal, id);
  const state = foldRun(await readEvents(journal, id, 0));
  return { result: resultOfRun(head, state, { containMs, quietMs }), mitigations: await mitigationsOfRun(journal, id) };
};
