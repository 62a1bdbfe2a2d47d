import { dirname, join } from 'node:path';
import type { Fleet } from '../../fleet/agent.ts';
import { refusedError } from '../../ground/errors.ts';
import { isoTime } from '../../ground/output/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Given } from './approval.ts';
import { collectApprovals } from './collect-approvals.ts';
import { drawPlan } from './draw-plan.ts';
import { loadRunbook } from './load-runbooks.ts';
import { runCommand } from './next-command.ts';
import { staleness } from './plan.ts';
import { approvalSubject, expiresAt, missingWord } from './proposal.ts';
import { requireGuards } from './require-guards.ts';
import type { RunAids, RunHead } from './run.ts';

/** On whose word a run begins, and what is asked once more by the commit that begins it. */
export interface Approved {
  readonly approvals: readonly Given[];
  readonly guard: () => Promise<void>;
}

/**
 * Throws a refused error where a run that an alert asked for may not begin: its time is over, nobody has approved it, what it touches is no
 * longer as it was when it was planned, or a guardrail or a freeze holds it back. The plan is drawn anew, since an approval is of that plan
 * and no other.
 * @param isAutomatic nobody is there who typed it: a freeze holds it back
 */
export const requireApproved = async (
  ctx: Context,
  fleet: Fleet,
  run: RunHead,
  aids: Pick<RunAids, 'open'>,
  isAutomatic: boolean,
): Promise<Approved> => {
  const runbook = await loadRunbook(ctx, fleet, run.runbook, dirname(fleet.path));
  const again = runCommand(runbook, run.plan.params);
  const now = await (await ctx.journal()).now();
  if (now >= expiresAt(run))
    throw refusedError({
      code: 'approval_expired',
      message: `run ${run.id} was planned at ${isoTime(run.startedAt)}, and nobody approved it by ${isoTime(expiresAt(run))}`,
      hint: again,
    });
  const approvals = await collectApprovals(ctx, approvalSubject(run), join(dirname(fleet.path), 'allowed_signers'));
  const missing = missingWord(run, approvals);
  if (missing !== null) throw refusedError({ code: 'approval_missing', ...missing, details: { plan_hash: run.plan.hash } });
  const plan = await drawPlan(ctx, fleet, { runbook, params: run.plan.params, aids });
  const moved = staleness(run.plan, plan);
  if (moved.length > 0)
    throw refusedError({
      code: 'plan_stale',
      message: `what was approved is out of date: ${moved.join('; ')}`,
      hint: again,
      details: { moved },
    });
  const guard = () => requireGuards(ctx, fleet, runbook, plan, { isAutomatic, ignoresTick: false });
  await guard();
  return { approvals, guard };
};
