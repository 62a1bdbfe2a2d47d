import type { Check, Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Case } from '../evals/suite.ts';
import type { Aids, Expectation } from '../expect/port.ts';
import type { CheckResult } from './result.ts';
import { type PlannedCheck, runCheck } from './run-check.ts';
import { joinCases } from './suite-result.ts';
import { turnLimits } from './turn-limits.ts';

/**
 * Asks the drawn cases of a suite one after the other, each as the check it would be by itself, and joins what came of them. Null where
 * the run was given up meanwhile.
 */
export const runSuiteCheck = async (
  ctx: Context,
  fleet: Fleet,
  planned: PlannedCheck,
  aids: Aids,
): Promise<Omit<CheckResult, 'drift'> | null> => {
  const results: { readonly caseId: string; readonly result: Omit<CheckResult, 'drift'> }[] = [];
  for (const { case: asked, traceId } of planned.cases ?? []) {
    const check = checkOf(planned, asked);
    const limits = asked.timeoutMs === null ? planned.limits : turnLimits(fleet, planned.agent, check, null);
    const result = await runCheck(ctx, fleet, { ...planned, check, traceId, limits, cases: null }, { ...aids, vars: asked.vars });
    if (result === null) return null;
    results.push({ caseId: asked.id, result });
  }
  return joinCases(planned.traceId, planned.agent.name, planned.check.id, results);
};

const checkOf = ({ check, agent }: PlannedCheck, { turns, expect, timeoutMs }: Case): Check => {
  const slotOf = (config: Expectation): Slot => ({ kind: config.type, config, at: agent.at });
  return {
    ...check,
    kind: 'prompt',
    turns: turns.map((turn) => ({ input: turn.input, expect: turn.expect.map(slotOf) })),
    expect: expect.map(slotOf),
    timeoutMs: check.timeoutMs ?? timeoutMs,
  };
};
