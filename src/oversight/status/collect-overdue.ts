import { isOverdue } from '../../controls/actions/mitigation.ts';
import { standingMitigations } from '../../controls/actions/mitigations.journal.ts';
import type { Journal } from '../../ground/store/port.ts';
import type { Overdue } from './evidence.ts';

/** What is in force on each agent though its time is over, by agent. */
export const collectOverdue = async (journal: Journal, now: number): Promise<ReadonlyMap<string, readonly Overdue[]>> => {
  const found = new Map<string, readonly Overdue[]>();
  for (const mitigation of await standingMitigations(journal)) {
    if (!isOverdue(mitigation, now)) continue;
    const { agent, action, change, id, expiresAt } = mitigation;
    const reason = `${action.replace('_', ' ')} of ${change.target} is in force past its time: ${id}`;
    found.set(agent, [...(found.get(agent) ?? []), { reason, since: expiresAt }]);
  }
  return found;
};
