import { usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { readMarks, saveToldMark } from './marks.journal.ts';
import { type Mark, sameDeploy } from './release-change.ts';

export interface Deploy {
  readonly agent: string;
  readonly release: string;
  readonly note: string;
  /** UTC epoch ms; null: now. */
  readonly at: number | null;
}

/** Clocks of machines differ a little. */
const clockSlackMs = 5 * 60_000;

/** Notes a deployment. One that was noted already, by a pipeline that ran again, is answered as it stands. Throws a usage error for the future. */
export const recordDeploy = async (
  ctx: Pick<Context, 'clock' | 'journal'>,
  { agent, release, note, at: told }: Deploy,
): Promise<{ readonly mark: Mark; readonly isNew: boolean }> => {
  const now = ctx.clock.now();
  const at = told ?? now;
  if (at > now + clockSlackMs)
    throw usageError({ code: 'flag_invalid', message: '--at lies in the future', hint: 'note a deployment when it is done' });
  const journal = await ctx.journal();
  const known = sameDeploy(await readMarks(journal, { agent }), agent, release, at);
  if (known !== null) return { mark: known, isNew: false };
  return { mark: await saveToldMark(journal, { agent, release, note, at }), isNew: true };
};
