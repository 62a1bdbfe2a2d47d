import { standingMitigations } from '../controls/actions/mitigations.journal.ts';
import { actorOf } from '../ground/audit/actor.ts';
import { refusedError } from '../ground/errors.ts';
import { listOf } from '../ground/output/phrases.ts';
import { reliantRuns } from '../response/runbooks/collect-reliant-runs.ts';
import { collectRun } from '../response/runbooks/collect-run.ts';
import { openRunAids } from '../response/runbooks/open-run-aids.ts';
import { endRunEarly, requireRun } from '../response/runbooks/run-runbook.ts';
import type { Outcome, Session } from './command.ts';
import { answeredRun } from './run-outcome.ts';
import { verifiersOf } from './verify-agents.ts';

const questions = {
  abort: (run: string) => `End run ${run} now, and leave what it did in force?`,
  undo: (run: string, others: readonly string[]) =>
    `Take back what run ${run} did?${others.length === 0 ? '' : ` ${listOf(others)} ${others.length === 1 ? 'counts' : 'count'} on it, and what is needed by others stays as it is.`}`,
} as const;

/** Ends a run early or takes back what one did, once a person has confirmed it. */
export const endEarly = async (
  session: Session,
  id: string,
  what: 'abort' | 'undo',
  { reason, yes }: { readonly reason?: string; readonly yes?: boolean },
): Promise<Outcome> => {
  const { ctx, terminal } = session;
  const { fleet } = await session.fleet();
  const { head } = await requireRun(await ctx.journal(), id);
  const command = `agentops runbook ${what} ${head.id} --yes`;
  const others = async (): Promise<readonly string[]> => {
    const journal = await ctx.journal();
    const own = (await standingMitigations(journal)).filter((each) => each.run === head.id);
    return [...new Set((await Promise.all(own.map((each) => reliantRuns(journal, each)))).flat())];
  };
  if (yes !== true) {
    if (terminal.prompts === null)
      throw refusedError({
        code: 'confirmation_needed',
        message: `nobody is here to confirm that run ${head.id} is to be ${what === 'abort' ? 'ended' : 'taken back'}`,
        hint: command,
        details: { confirm_command: command },
      });
    if (!(await terminal.prompts.confirm(questions[what](head.id, await others()), ctx.signal)))
      throw refusedError({ code: 'not_confirmed', message: 'it was not confirmed, and nothing was done', hint: command });
  }
  const aids = openRunAids(ctx, fleet, head.plan.params, verifiersOf(session));
  const by = actorOf(ctx.env, () => ctx.process.owner());
  const why = reason === undefined ? `${what} by ${by}` : `${what} by ${by}: ${reason}`;
  const wanted = what === 'abort' ? 'aborted' : 'undone';
  return answeredRun(
    session,
    async (on) =>
      (await endRunEarly(ctx, fleet, head.id, { kind: 'request', what, why }, aids, on)) ?? (await collectRun(ctx, head.id)).result,
    wanted,
  );
};
