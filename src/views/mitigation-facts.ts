import { isOverdue, type Mitigation } from '../controls/actions/mitigation.ts';
import { isoTime } from '../ground/output/json.ts';

/** A mitigation as every document has it. */
export const mitigationFacts = ({
  id,
  run,
  step,
  agent,
  action,
  change,
  status,
  appliedAt,
  expiresAt,
  onExpiry,
  endedAt,
  evidence,
}: Mitigation) => ({
  mitigation: id,
  run_id: run,
  step,
  agent: agent === '' ? null : agent,
  action,
  target: change.target,
  from: change.from,
  to: change.to,
  status,
  applied_at: isoTime(appliedAt),
  expires_at: isoTime(expiresAt),
  on_expiry: onExpiry,
  ended_at: isoTime(endedAt),
  evidence,
});

/** `active` past its time is overdue too, though nobody has looked yet. */
export const standingOf = (mitigation: Mitigation, now: number): Mitigation['status'] =>
  isOverdue(mitigation, now) ? 'overdue' : mitigation.status;
