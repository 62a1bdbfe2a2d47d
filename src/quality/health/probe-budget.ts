import type { Agent } from '../../fleet/agent.ts';
import { listOf } from '../../ground/output/phrases.ts';
import { formatMoney } from '../../ground/units/amount.ts';
import type { CheckResult } from './result.ts';

/** What the checks of one agent may spend on a UTC day, and where that stands: nano-dollars. Shared by all checks of the agent in a run. */
export interface ProbeBudget {
  readonly perDayNanos: number;
  /** What is known to be spent today. */
  spentNanos: number;
  /** What prompts on their way are expected to cost. */
  reservedNanos: number;
  /** How many prompts are on their way. */
  underway: number;
  /** The last known cost of each check. */
  readonly costs: Map<string, number>;
  /** True once an answer has come whose cost nobody told. */
  isUntold: boolean;
}

/** A budget of which nothing is on its way. */
export const probeBudget = (perDayNanos: number, spentNanos: number, costs: ReadonlyMap<string, number>): ProbeBudget => ({
  perDayNanos,
  spentNanos,
  reservedNanos: 0,
  underway: 0,
  costs: new Map(costs),
  isUntold: false,
});

/** Whether a prompt may be sent: so much is to be reserved for it, or it waits for one that is on its way, or not today. */
export type Permission =
  | { readonly kind: 'granted'; readonly nanos: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * A check is expected to cost what it cost last time, or as much as the dearest of its agent. Where nothing is known of any, one prompt
 * goes alone with all that is left, so that the others can be measured by it.
 */
export const permissionFor = (budget: ProbeBudget, check: string): Permission => {
  const { perDayNanos, spentNanos, reservedNanos, underway } = budget;
  if (spentNanos >= perDayNanos) return refused(budget, `is used up (${formatMoney(spentNanos)} spent today)`);
  const left = perDayNanos - spentNanos - reservedNanos;
  const expected = expectedCost(budget, check);
  if (expected === null ? underway === 0 : expected <= left) return { kind: 'granted', nanos: expected ?? left };
  if (underway > 0) return { kind: 'wait' };
  return refused(budget, `has ${formatMoney(left)} left, and one prompt costs about ${formatMoney(expected ?? left)}`);
};

const refused = ({ perDayNanos }: ProbeBudget, why: string): Permission => ({
  kind: 'refused',
  reason: `the probe budget of ${formatMoney(perDayNanos)} a day ${why}`,
});

const expectedCost = ({ costs, isUntold }: ProbeBudget, check: string): number | null =>
  costs.get(check) ?? (costs.size > 0 ? Math.max(...costs.values()) : isUntold ? 0 : null);

/** An answer came for which there is a bill, whoever tells it. */
const isBilled = ({ outcome }: Pick<CheckResult, 'outcome'>): boolean =>
  outcome === 'ok' || outcome === 'refused' || outcome === 'truncated' || outcome === 'interrupted';

/** Notes what a prompt that was let through has cost; `result` null: it was given up. */
export const settle = (
  budget: ProbeBudget,
  check: string,
  reservedNanos: number,
  result: Pick<CheckResult, 'outcome' | 'costNanos'> | null,
): void => {
  budget.underway -= 1;
  budget.reservedNanos -= reservedNanos;
  if (result === null) return;
  budget.spentNanos += result.costNanos ?? 0;
  if (result.costNanos !== null) budget.costs.set(check, result.costNanos);
  else if (isBilled(result)) budget.isUntold = true;
};

/** Says that a probe budget cannot stop checks whose cost is not known; null where there is none, or it can. */
export const budgetWarning = (
  { probeBudgetNanos, checks }: Agent,
  results: readonly Pick<CheckResult, 'check' | 'outcome' | 'costNanos'>[],
): string | null => {
  if (probeBudgetNanos === null) return null;
  const prompts = new Set(checks.filter(({ kind }) => kind === 'prompt' || kind === 'suite').map(({ id }) => id));
  const untold = results.filter((result) => prompts.has(result.check) && result.costNanos === null && isBilled(result));
  if (untold.length === 0) return null;
  const names = listOf(untold.map(({ check }) => check));
  return `the probe budget of ${formatMoney(probeBudgetNanos)} a day cannot stop ${names}: the cost is not known (name the model under prices)`;
};
