import { type ProbeBudget, permissionFor, settle } from './probe-budget.ts';
import type { CheckResult } from './result.ts';

/** What came of a prompt, as far as money goes. */
type Billed = Pick<CheckResult, 'outcome' | 'costNanos' | 'judgeNanos'>;

/** A prompt that may be sent and must be settled, or why it may not. */
export type Entry = { readonly refused: string } | { readonly refused: null; settle(result: Billed | null): void };

/** Lets prompts of one agent through as its budget allows. */
export interface BudgetGate {
  /** True while it depends on prompts on their way whether the prompt of a check may be sent. */
  mustWait(check: string): boolean;
  /** Answers once it is known whether the prompt of a check may be sent: after prompts on their way, where that depends on them. */
  enter(check: string): Promise<Entry>;
}

/** Reserves before a prompt is sent and settles after, so that prompts of the same moment do not overspend together. */
export const openBudget = (budget: ProbeBudget): BudgetGate => {
  const waiting: (() => void)[] = [];
  return {
    mustWait: (check) => permissionFor(budget, check).kind === 'wait',
    async enter(check) {
      for (;;) {
        const permission = permissionFor(budget, check);
        if (permission.kind === 'refused') return { refused: permission.reason };
        if (permission.kind === 'granted') {
          budget.reservedNanos += permission.nanos;
          budget.underway += 1;
          return {
            refused: null,
            settle(result) {
              settle(budget, check, permission.nanos, result === null ? null : { outcome: result.outcome, costNanos: wholeCost(result) });
              for (const wake of waiting.splice(0)) wake();
            },
          };
        }
        await new Promise<void>((woken) => waiting.push(woken));
      }
    },
  };
};

/** What is known of it: judges are paid as well, also where the agent does not tell what it took. */
const wholeCost = ({ costNanos, judgeNanos }: Billed): number | null => {
  const judged = judgeNanos ?? 0;
  return costNanos === null && judged === 0 ? null : (costNanos ?? 0) + judged;
};
