import { randomUUID } from 'node:crypto';
import { type Acting, recordAct } from '../../ground/audit/record-act.ts';
import { usageError } from '../../ground/errors.ts';
import { isoTime } from '../../ground/output/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { readMarks, toldMarkWrites } from './marks.journal.ts';
import { type Mark, sameDeploy } from './release-change.ts';

export interface Deploy {
  readonly agent: string;
  readonly release: string;
  readonly note: string;
  /** UTC epoch ms; null: now. */
  readonly at: number | null;
}

/** A deployment as it stands in the journal, and whether it was not there before. */
export interface NotedDeploy {
  readonly mark: Mark;
  readonly isNew: boolean;
}

/** Clocks of machines differ a little. */
const clockSlackMs = 5 * 60_000;

/**
 * Notes a deployment, and that it was noted. One that was noted already, by a pipeline that ran again, is answered as it stands. Throws a
 * usage error for the future.
 */
export const recordDeploy = async (
  ctx: Acting & Pick<Context, 'clock'>,
  { agent, release, note, at: told }: Deploy,
): Promise<NotedDeploy> => {
  if (told !== null && told > ctx.clock.now() + clockSlackMs)
    throw usageError({ code: 'flag_invalid', message: '--at lies in the future', hint: 'note a deployment when it is done' });
  return recordAct<NotedDeploy>(ctx, async (journal) => {
    // Read anew each time: what another pipeline noted meanwhile must not seem to come later.
    const at = told ?? ctx.clock.now();
    const known = sameDeploy(await readMarks(journal, { agent }), agent, release, at);
    if (known !== null) return { writes: [], act: null, answer: { mark: known, isNew: false } };
    const mark: Mark = { id: randomUUID(), agent, release, at, note, source: 'told' };
    const body = { release, deployed_at: isoTime(at), note: note === '' ? null : note };
    return { writes: toldMarkWrites(mark), act: { kind: 'mark', subject: agent, body }, answer: { mark, isNew: true } };
  });
};
