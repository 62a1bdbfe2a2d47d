import type { Context } from '../../ground/runtime/context.ts';
import { findRuns } from '../runbooks/runs.journal.ts';

/** A run that began longer ago was about something else, ms. */
const recentMs = 7_200_000;
/** More runs than that within two hours are a storm, of which the newest tell enough. */
const mostRuns = 1000;

/**
 * The first of the runs on an agent that began shortly before now and belong to no incident: whoever opens one by hand has often acted
 * already. Null: there is none. Drills are not among them, nor what nobody approved.
 */
export const collectRecentRun = async (
  ctx: Context,
  agent: string,
): Promise<{ readonly id: string; readonly startedAt: number } | null> => {
  const journal = await ctx.journal();
  const runs = await findRuns(journal, { since: (await journal.now()) - recentMs, open: false }, mostRuns);
  const own = runs.filter(
    ({ head, isUnbegun }) => isUnbegun !== true && head.incident === null && head.cause.kind !== 'drill' && head.agents.includes(agent),
  );
  return own.at(-1)?.head ?? null;
};
