import { isOverdue, type Mitigation } from '../../../controls/actions/mitigation.ts';
import type { Fact } from '../samples.ts';

/** That something is in force past its time. */
export const overdueFact = ({ action, change, id, expiresAt }: Pick<Mitigation, 'action' | 'change' | 'id' | 'expiresAt'>): Fact => ({
  reason: `${action.replace('_', ' ')} of ${change.target} is in force past its time: ${id}`,
  since: expiresAt,
});

/** Whether a mitigation was overdue at a moment of the past (UTC epoch ms), as far as how it stands now tells: by the end that it was given last. */
export const wasOverdue = ({ appliedAt, endedAt, expiresAt, onExpiry, status }: Mitigation, moment: number): boolean => {
  if (appliedAt > moment || expiresAt === null || (endedAt !== null && endedAt <= moment)) return false;
  // What only a person ends is overdue from its end on, and so is what could not be reverted.
  const isLeft = onExpiry === 'page' || status === 'overdue';
  return isLeft ? expiresAt <= moment : isOverdue({ status: 'active', expiresAt }, moment);
};
