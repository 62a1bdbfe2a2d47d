import type { Mitigation } from '../../controls/actions/mitigation.ts';
import type { Message } from '../../oversight/notify/port.ts';

/** What people are told of a mitigation that should have ended. */
export const overdueMessage = ({ id, run, agent, action, change, onExpiry }: Mitigation, fleet: string, evidence: string): Message => ({
  event: 'mitigation.expire',
  severity: onExpiry === 'page' ? 'page' : 'notify',
  fleet,
  agent: agent === '' ? null : agent,
  title: `${action} of ${change.target} is still in force past its time`,
  text: evidence,
  next: `agentops mitigations revert ${id}`,
  facts: { mitigation: id, run, action },
});
