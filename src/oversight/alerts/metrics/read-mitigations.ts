import { isOverdue, type Mitigation } from '../../../controls/actions/mitigation.ts';
import { standingMitigations } from '../../../controls/actions/mitigations.journal.ts';
import type { Journal } from '../../../ground/store/port.ts';
import type { Fact } from '../samples.ts';
import { overdueFact } from './overdue.ts';

/** What is in force on each agent though its time is over at a moment (UTC epoch ms), by agent. */
export const readOverdue = async (journal: Journal, moment: number): Promise<ReadonlyMap<string, readonly Fact[]>> => {
  const found = new Map<string, readonly Fact[]>();
  const isLate = (mitigation: Mitigation): boolean => isOverdue(mitigation, moment);
  for (const mitigation of (await standingMitigations(journal)).filter(isLate))
    found.set(mitigation.agent, [...(found.get(mitigation.agent) ?? []), overdueFact(mitigation)]);
  return found;
};
