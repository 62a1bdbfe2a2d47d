import type { Fleet } from '../fleet/agent.ts';
import type { Context } from '../ground/runtime/context.ts';
import { budgetWarning } from '../quality/health/probe-budget.ts';
import { latestResults, resultById } from '../quality/health/results.journal.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';

const { ok, warn, skipped } = findingsIn('probe budgets');

/** Whether each probe budget can stop what it is meant to stop, by the last results of the checks. The journal must be there. */
export const diagnoseBudgets = async (ctx: Context, fleet: Fleet): Promise<readonly Diagnosed[]> => {
  const limited = fleet.agents.filter(({ probeBudgetNanos }) => probeBudgetNanos !== null);
  if (limited.length === 0) return [];
  const journal = await ctx.journal();
  const now = ctx.clock.now();
  const findings: Diagnosed[] = [];
  for (const agent of limited) {
    const prompts = agent.checks.filter(({ kind }) => kind === 'prompt');
    const last = [];
    for (const { id } of prompts) {
      const [newest] = await latestResults(journal, { agent: agent.name, check: id, series: 'all', until: now, limit: 1 });
      const result = newest === undefined ? null : await resultById(journal, newest.id);
      if (result !== null) last.push(result);
    }
    const warning = budgetWarning(agent, last);
    if (warning !== null) findings.push(warn(agent.name, warning, null));
    else findings.push(last.length === 0 ? skipped(agent.name, 'no check of it has run yet') : ok(agent.name, 'its costs are known'));
  }
  return findings;
};
