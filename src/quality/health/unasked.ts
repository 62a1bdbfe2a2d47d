import type { Agent, Check } from '../../fleet/agent.ts';
import { type CheckResult, resultId } from './result.ts';

/** What is known of a check that was settled without asking anybody: a heartbeat, or one whose budget is used up. */
export type Unasked = Pick<CheckResult, 'slotAt' | 'status' | 'reason' | 'inMaintenance'> & { readonly at: number };

/** The result of a check for which no turn was made. */
export const unaskedResult = (runId: string, agent: Agent, check: Check, { at, ...told }: Unasked): CheckResult => ({
  ...told,
  id: resultId(runId, agent.name, check.id),
  agent: agent.name,
  check: check.id,
  startedAt: at,
  endedAt: at,
  outcome: null,
  cause: null,
  attempts: 0,
  latencyMs: null,
  ttftMs: null,
  costNanos: null,
  judgeNanos: 0,
  costSource: null,
  traceId: null,
  assertions: [],
  safety: check.safety,
  fingerprint: null,
  drift: [],
});
