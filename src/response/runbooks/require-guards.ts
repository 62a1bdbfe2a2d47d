import { activeFreezes } from '../../controls/actions/freezes.journal.ts';
import { dutyDone, standingMitigations } from '../../controls/actions/mitigations.journal.ts';
import type { Fleet } from '../../fleet/agent.ts';
import { refusedError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { type GuardFacts, refusals } from './guard.ts';
import { needsOf, type Plan } from './plan.ts';
import type { Runbook } from './runbook.ts';
import { findRuns } from './runs.journal.ts';

/** In whose name a run is to begin. */
export interface Beginning {
  readonly isAutomatic: boolean;
  /** `--no-tick-check`. */
  readonly ignoresTick: boolean;
}

const hourMs = 3_600_000;
const mostRuns = 10_000;

/**
 * Throws a refused error with everything that keeps a run from beginning: its guardrails, a freeze, or nothing that would ever end it.
 * Ask while the locks of the plan are held: only then can no other run begin in between.
 */
export const requireGuards = async (
  ctx: Context,
  fleet: Fleet,
  runbook: Pick<Runbook, 'name' | 'class' | 'guardrails'>,
  plan: Plan,
  { isAutomatic, ignoresTick }: Beginning,
): Promise<void> => {
  const journal = await ctx.journal();
  const now = await journal.now();
  const { runsPerHour, cooldownMs, mitigationsPerAgent } = runbook.guardrails;
  const looksBack = runsPerHour !== null || cooldownMs > 0;
  const since = now - Math.max(hourMs, cooldownMs);
  const facts: GuardFacts = {
    now,
    isAutomatic,
    ignoresTick,
    agents: fleet.agents,
    runs: looksBack
      ? (await findRuns(journal, { since, open: false }, mostRuns))
          .filter(({ head }) => head.cause.kind !== 'drill')
          .map(({ head }) => head)
      : [],
    mitigated: mitigationsPerAgent === null ? [] : (await standingMitigations(journal)).map(({ agent }) => agent),
    freezes: isAutomatic ? await activeFreezes(journal, now) : [],
    lastTickAt: needsOf(plan).tick ? await dutyDone(journal, 'expire') : null,
  };
  const [first, ...others] = refusals(runbook, plan, facts);
  if (first === undefined) return;
  throw refusedError({
    code: `guard_${first.rule}`,
    message: [first, ...others].map(({ message }) => message).join('; '),
    hint: first.hint,
    details: { refusals: [first, ...others] },
  });
};
