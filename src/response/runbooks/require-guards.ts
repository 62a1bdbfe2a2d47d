import type { Fleet } from '../../fleet/agent.ts';
import { refusedError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { collectGuardFacts } from './collect-guard-facts.ts';
import { type GuardFacts, refusals } from './guard.ts';
import type { Plan } from './plan.ts';
import type { Runbook } from './runbook.ts';

/** In whose name a run is to begin. */
export type Beginning = Pick<GuardFacts, 'isAutomatic' | 'ignoresTick'>;

/**
 * Throws a refused error with everything that keeps a run from beginning: its guardrails, a freeze, or nothing that would ever end it.
 * Asked before people are, and again by the commit that begins the run: only then can no other run begin in between.
 */
export const requireGuards = async (
  ctx: Context,
  fleet: Fleet,
  runbook: Pick<Runbook, 'name' | 'class' | 'guardrails'>,
  plan: Plan,
  beginning: Beginning,
): Promise<void> => {
  const found = refusals(runbook, plan, await collectGuardFacts(ctx, fleet, runbook, beginning));
  const [first] = found;
  if (first === undefined) return;
  throw refusedError({
    code: first.rule,
    message: found.map(({ message }) => message).join('; '),
    hint: first.hint,
    details: { refusals: found },
  });
};
