import type { Turn } from '../../agents/protocols/port.ts';
import type { Check } from '../../fleet/agent.ts';
import { formatMoney } from '../../ground/units/amount.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { type GradedConversation, judgeConversation, totals } from '../expect/conversation.ts';
import type { CheckStatus } from './result.ts';

export interface Judged {
  readonly status: CheckStatus;
  /** One sentence; empty for a plain pass. */
  readonly reason: string;
}

/**
 * The status of a check.
 * @param attempts how many were made; a pass on a later one is not a plain pass
 */
export const judge = (check: Check, conversation: GradedConversation, attempts: number): Judged => {
  const { verdict, reason } = judgeConversation(conversation, check.kind === 'prompt');
  if (verdict !== 'pass') return { status: verdict, reason };
  const slow = degradation(check, conversation.turns);
  if (slow !== null) return { status: 'degraded', reason: slow };
  if (attempts > 1) return { status: 'degraded', reason: `passed only on attempt ${attempts}` };
  return { status: 'pass', reason: '' };
};

const degradation = ({ degraded }: Check, turns: readonly Turn[]): string | null => {
  const { latencyMs, ttftMs, costNanos } = totals(turns);
  if (degraded.latencyMs !== null && latencyMs !== null && latencyMs > degraded.latencyMs) {
    return `took ${humanDuration(latencyMs)}, above ${humanDuration(degraded.latencyMs)}`;
  }
  if (degraded.ttftMs !== null && ttftMs !== null && ttftMs > degraded.ttftMs) {
    return `first token after ${humanDuration(ttftMs)}, above ${humanDuration(degraded.ttftMs)}`;
  }
  if (degraded.costNanos !== null && costNanos !== null && costNanos > degraded.costNanos) {
    return `cost ${formatMoney(costNanos)}, above ${formatMoney(degraded.costNanos)}`;
  }
  return null;
};
