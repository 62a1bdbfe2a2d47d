import { type Finding, type Saving, type Strategy, strategies } from './saving.ts';

/** Each works on what those before it leave. Distillation replaces routing rather than adding to it, and budgets are a guard. */
export const combinedOrder: readonly Strategy[] = strategies.filter((name) => name !== 'distillation' && name !== 'budget');

/**
 * What all findings of a fleet save together, dollars per 30 days: agent by agent, each strategy on the cost that those before it leave.
 * Their sum would count the same call twice.
 * @param spent what each agent's model calls cost, dollars per 30 days
 */
export const combinedSaving = (findings: readonly Finding[], spent: ReadonlyMap<string, number>): Saving => {
  const total = { low: 0, mid: 0, high: 0 };
  for (const [agent, cost] of spent) {
    const own = findings.filter((finding) => finding.agent === agent && finding.saving.mid > 0);
    for (const end of ['low', 'mid', 'high'] as const) total[end] += cost - leftOf(own, cost, end);
  }
  return total;
};

const leftOf = (findings: readonly Finding[], cost: number, end: keyof Saving): number =>
  combinedOrder.reduce((left, strategy) => {
    const saved = findings.reduce((sum, finding) => (finding.strategy === strategy ? sum + finding.saving[end] : sum), 0);
    return cost <= 0 ? left : left * (1 - Math.min(1, saved / cost));
  }, cost);
