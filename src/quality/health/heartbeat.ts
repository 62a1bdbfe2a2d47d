import { humanDuration } from '../../ground/units/duration.ts';
import type { CheckStatus } from './result.ts';

/** A report of an agent about itself. */
export interface Beat {
  readonly at: number;
  readonly status: 'ok' | 'fail';
  readonly note: string;
}

/** What the last beat says now. Without any beat there is no evidence either way. */
export const judgeHeartbeat = (
  last: Beat | null,
  { everyMs, graceMs }: { readonly everyMs: number; readonly graceMs: number },
  now: number,
): { status: CheckStatus; reason: string } => {
  if (last === null) return { status: 'error', reason: 'no beat has been received yet' };
  const age = now - last.at;
  if (age > everyMs + graceMs) {
    return {
      status: 'fail',
      reason: `missed heartbeat: the last beat was ${humanDuration(age)} ago, one is due every ${humanDuration(everyMs)}`,
    };
  }
  if (last.status === 'fail')
    return { status: 'fail', reason: `the agent reported a failure ${humanDuration(age)} ago${last.note === '' ? '' : `: ${last.note}`}` };
  return { status: 'pass', reason: '' };
};
