import { isOverdue } from '../../../controls/actions/mitigation.ts';
import { standingMitigations } from '../../../controls/actions/mitigations.journal.ts';
import type { Journal } from '../../../ground/store/port.ts';
import type { Fact } from '../samples.ts';

/** What is in force on each agent though its time is over at a moment (UTC epoch ms), by agent. */
export const readOverdue = async (journal: Journal, moment: number): Promise<ReadonlyMap<string, readonly Fact[]>> => {
  const found = new Map<string, readonly Fact[]>();
  for (const mitigation of await standingMitigations(journal)) {
    if (!isOverdue(mitigation, moment)) continue;
    const { agent, action, change, id, expiresAt } = mitigation;
    const reason = `${action.replace('_', ' ')} of ${change.target} is in force past its time: ${id}`;
    found.set(agent, [...(found.get(agent) ?? []), { reason, since: expiresAt }]);
  }
  return found;
};
