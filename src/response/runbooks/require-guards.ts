import type { Fleet } from '../../fleet/agent.ts';
import { refusedError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { collectGuardFacts } from './collect-guard-facts.ts';
import { type GuardFacts, refusals } from './guard.ts';
import type { Plan } from './plan.ts';
import type { Runbook } from './runbook.ts';

/** In whose name a run is to begin. */
export interface Beginning extends Pick<GuardFacts, 'isAutomatic' | 'ignoresTick'> {
  /** The command that takes it on whoever types it that nothing may end by itself. */
  readonly withoutTick?: string;
  /** What a program that is refused is handed beside the reasons. */
  readonly details?: Readonly<Record<string, unknown>>;
}

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
  const { withoutTick, details } = beginning;
  const known = refusals(runbook, plan, await collectGuardFacts(ctx, fleet, runbook, beginning));
  const found = known.map((each) =>
    each.rule === 'no_tick' && withoutTick !== undefined
      ? { ...each, hint: `agentops runbook expire, every few minutes by cron; or, to end it by hand: ${withoutTick}` }
      : each,
  );
  const [first] = found;
  if (first === undefined) return;
  throw refusedError({
    code: first.rule,
    message: found.map(({ message }) => message).join('; '),
    hint: first.hint,
    // Where that is all that is in the way, the command that confirms the run is the one that goes without.
    details: {
      ...details,
      refusals: found,
      ...(withoutTick !== undefined && found.every(({ rule }) => rule === 'no_tick') ? { confirm_command: withoutTick } : {}),
    },
  });
};
