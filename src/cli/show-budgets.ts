import { formatShare } from '../ground/units/amount.ts';
import { requireSubject } from '../oversight/alerts/require-alert.ts';
import { subjectsOf } from '../oversight/alerts/subject.ts';
import { collectBudgets } from '../oversight/status/collect-budgets.ts';
import { loadSuggestions, whoSpent } from '../response/runbooks/load-suggestions.ts';
import { budgetFormats } from '../views/budget.ts';
import type { Outcome, Session } from './command.ts';

/** How budgets stand, with what to type where a stage is passed. @param agent null: the fleet and every agent */
export const showBudgets = async ({ ctx, fleet: load }: Session, agent: string | null): Promise<Outcome> => {
  const { fleet } = await load();
  const subjects = agent === null ? subjectsOf(fleet) : [requireSubject(fleet, agent)];
  const report = await collectBudgets(ctx, fleet, subjects);
  const suggest = await loadSuggestions(ctx, fleet);
  const budgets = report.budgets.map((each) => {
    const { of, rule, stage, stages } = each;
    if (rule === null || stage === null) return { ...each, next: null };
    const next = suggest({ rule, agent: of, label: stages.length === 1 ? '' : formatShare(stage) });
    return { ...each, next: next === whoSpent ? null : next };
  });
  return {
    finding: 'none',
    formats: budgetFormats({ ...report, budgets, subject: agent }),
    next: report.budgets.length === 0 ? ['agentops explain agents.budget'] : [],
  };
};
