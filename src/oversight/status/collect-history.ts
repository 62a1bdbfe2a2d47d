import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { resultsSince, uptimeSince } from '../../quality/health/results.journal.ts';
import type { HistoryReport } from './health-report.ts';

const dayMs = 86_400_000;

/** The results of an agent since a moment, with the uptime of a day, a week and a month. Checks that the manifest no longer names come last. */
export const collectHistory = async (ctx: Context, fleet: Fleet, agent: Agent, since: number): Promise<HistoryReport> => {
  const journal = await ctx.journal();
  const now = ctx.clock.now();
  const uptime = async (check: string | null) => ({
    d1: await uptimeSince(journal, agent.name, check, now - dayMs),
    d7: await uptimeSince(journal, agent.name, check, now - 7 * dayMs),
    d30: await uptimeSince(journal, agent.name, check, now - 30 * dayMs),
  });
  const results = await resultsSince(journal, agent.name, since);
  const ids = [...new Set([...agent.checks.map((check) => check.id), ...results.map((result) => result.check)])];
  const checks = [];
  for (const id of ids) checks.push({ check: id, uptime: await uptime(id), results: results.filter((result) => result.check === id) });
  return { fleet: fleet.name, generatedAt: now, agent: agent.name, uptime: await uptime(null), checks };
};
