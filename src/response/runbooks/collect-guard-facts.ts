import { activeFreezes } from '../../controls/actions/freezes.journal.ts';
import { dutyDone, standingMitigations } from '../../controls/actions/mitigations.journal.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { expireDuty, type GuardFacts } from './guard.ts';
import type { Runbook } from './runbook.ts';
import { findRuns } from './runs.journal.ts';

const hourMs = 3_600_000;
/** More runs than that within an hour are beyond any guardrail. */
const mostRuns = 10_000;

/** What the journal knows that may keep a run from beginning. */
export const collectGuardFacts = async (
  ctx: Context,
  fleet: Fleet,
  { guardrails }: Pick<Runbook, 'guardrails'>,
  { isAutomatic, ignoresTick }: Pick<GuardFacts, 'isAutomatic' | 'ignoresTick'>,
): Promise<GuardFacts> => {
  const journal = await ctx.journal();
  const now = await journal.now();
  const since = now - Math.max(hourMs, guardrails.cooldownMs);
  const runs = await findRuns(journal, { since, open: false }, mostRuns);
  return {
    now,
    isAutomatic,
    agents: fleet.agents,
    runs: runs.filter(({ head, isUnbegun }) => head.cause.kind !== 'drill' && isUnbegun !== true).map(({ head }) => head),
    mitigated: (await standingMitigations(journal)).map(({ agent }) => agent),
    freezes: await activeFreezes(journal, now),
    lastTickAt: await dutyDone(journal, expireDuty),
    ignoresTick,
  };
};
