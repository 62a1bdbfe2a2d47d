import { formatMoney } from '../../ground/units/amount.ts';

/** What the checks of one agent may spend on a UTC day, and have spent so far: nano-dollars. Shared by all checks of the agent in a run. */
export interface ProbeBudget {
  readonly perDayNanos: number;
  spentNanos: number;
}

/** Why no more prompts may be sent today; null while they may. */
export const exhaustionOf = (budget: ProbeBudget | null): string | null =>
  budget === null || budget.spentNanos < budget.perDayNanos
    ? null
    : `the probe budget of ${formatMoney(budget.perDayNanos)} a day is used up (${formatMoney(budget.spentNanos)} spent today)`;
