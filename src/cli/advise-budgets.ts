import { requireAgent } from '../fleet/select.ts';
import { toWrite } from '../telemetry/advice/budget-proposal.ts';
import { collectBudgets } from '../telemetry/advice/collect-budgets.ts';
import { budgetAdviceFormats } from '../views/budget-advice.ts';
import { applyBudgets, diffOf, drawBudgetChanges } from './apply-budgets.ts';
import type { Outcome, Session } from './command.ts';
import { requireSpans } from './require-spans.ts';

export interface BudgetWish {
  readonly windowMs: number;
  readonly apply: boolean;
  /** Agreed to on the command line. */
  readonly yes: boolean;
}

/** Proposes what a request of each agent may cost at the most, and writes it into the manifest where that is wanted. */
export const adviseBudgets = async (session: Session, agent: string | null, { windowMs, apply, yes }: BudgetWish): Promise<Outcome> => {
  const { ctx, cwd } = session;
  const loaded = await session.fleet();
  const agents = agent === null ? [] : [requireAgent(loaded.fleet, agent).name];
  const now = ctx.clock.now();
  const report = await collectBudgets(ctx, loaded.fleet, { agents, window: { fromUs: (now - windowMs) * 1000, toUs: now * 1000 } });
  requireSpans(loaded.fleet, report.proposals.length === 0, agent);
  const { changes, left } = drawBudgetChanges(ctx.files, toWrite(report.proposals, agents.length > 0));
  const applied = apply && changes.length > 0;
  if (applied) await applyBudgets(session, loaded, changes, yes);
  const advice = { report, diff: diffOf(changes, cwd), applied, left };
  const formats = Object.entries(budgetAdviceFormats).map(([format, render]) => [format, (view: never) => render(advice, view)]);
  return {
    finding: report.proposals.length === 0 ? 'no_verdict' : 'none',
    formats: Object.fromEntries(formats),
    next: applied ? ['agentops validate', 'agentops advise budgets'] : [],
  };
};
