import { plural } from '../../ground/output/phrases.ts';
import type { BudgetUse, Forecast } from '../../telemetry/cost/budget.ts';
import { fewestDays } from '../../telemetry/cost/day-forecast.ts';
import type { Rule, RuleTest } from '../alerts/rule.ts';
import { concerns } from '../alerts/rules.ts';
import type { Subject } from '../alerts/subject.ts';

/** One budget of an agent or of the fleet, and how it stands. */
export interface BudgetStanding extends BudgetUse {
  /** Nano-dollars; 0: nothing is left. */
  readonly leftNanos: number;
  /** From when to when it is counted, UTC epoch ms. An hour is the last one, which slides. */
  readonly period: { readonly fromMs: number; readonly toMs: number };
  /** What its period will have cost; null: `unforeseen` says why nobody can tell. */
  readonly forecast: Forecast | null;
  readonly unforeseen: string | null;
  /** When it will be used up as things go, UTC epoch ms; null: within its period it will not be, it is already, or nobody can tell. */
  readonly spentUpAt: number | null;
  /** The rule that tells people of it; null: none does. */
  readonly rule: string | null;
  /** Shares at which that rule tells people, ascending. */
  readonly stages: readonly number[];
  /** The last of them that is passed; null: none is. */
  readonly stage: number | null;
}

/** The answer of `agentops budget show`. Budgets of the fleet come first, then those of agents in the order of the manifest. */
export interface BudgetReport {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly budgets: readonly BudgetStanding[];
  /** Up to when every source was read, UTC epoch ms; null: nothing ever came, or a source never answered. */
  readonly knownTo: number | null;
  /** The first day of this month that anything is known of, UTC epoch ms; null: none is. */
  readonly knownFrom: number | null;
  /** Calls of this month without a known cost, which are in no sum. */
  readonly unpriced: number;
}

type SpendTest = Extract<RuleTest, { readonly type: 'spend' }>;

/** The rule that watches what a subject has spent of a budget of its own, and the shares at which it tells people. */
export const watchedBudget = (
  rules: readonly Rule[],
  subject: Subject,
  per: BudgetUse['per'],
): { readonly rule: string; readonly stages: readonly number[] } | null => {
  const watches = ({ test }: Rule): boolean => test.type === 'spend' && test.per === per && test.limit === 'own' && !test.forecast;
  const rule = rules.find((each) => watches(each) && concerns(each, subject));
  return rule === undefined ? null : { rule: rule.name, stages: [...(rule.test as SpendTest).stages].sort((a, b) => a - b) };
};

/** Why nobody can tell what a period will have cost. @param days how many are known */
export const unforeseenBecause = (per: BudgetUse['per'], days: number): string =>
  per === 'hour' ? 'the last hour slides, and has no end' : `${plural(days, 'day')} known, and a forecast needs ${fewestDays}`;

/** When a limit will be reached if the rest of a period is spent evenly; null: it will not, or it is. */
export const reachedAt = (
  { limitNanos, spentNanos }: Pick<BudgetUse, 'limitNanos' | 'spentNanos'>,
  forecast: Forecast | null,
  { now, toMs }: { readonly now: number; readonly toMs: number },
): number | null => {
  if (forecast === null || spentNanos >= limitNanos || forecast.expected <= limitNanos) return null;
  return Math.round(now + ((toMs - now) * (limitNanos - spentNanos)) / (forecast.expected - spentNanos));
};
