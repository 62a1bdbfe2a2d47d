import { dirname, join, resolve } from 'node:path';
import type { Fleet } from '../fleet/agent.ts';
import { actorOf } from '../ground/audit/actor.ts';
import { usageError } from '../ground/errors.ts';
import { requireIncident } from '../response/incidents/record-incident.ts';
import type { Given } from '../response/runbooks/approval.ts';
import { collectApprovals } from '../response/runbooks/collect-approvals.ts';
import { drawPlan } from '../response/runbooks/draw-plan.ts';
import { openRunAids } from '../response/runbooks/open-run-aids.ts';
import { obstaclesOf, type Plan } from '../response/runbooks/plan.ts';
import { requireGuards } from '../response/runbooks/require-guards.ts';
import { runRunbook } from '../response/runbooks/run-runbook.ts';
import type { AskedRunbook } from './asked-runbook.ts';
import type { Outcome, Session } from './command.ts';
import { confirmCommandOf } from './confirm-command.ts';
import { type ConfirmFlags, confirmPlan, offerPlan } from './confirm-plan.ts';
import { openAids } from './plan-aids.ts';
import { answeredRun } from './run-outcome.ts';
import { verifiersOf } from './verify-agents.ts';

/** The file of allowed signers that is meant. */
export const signersOf = (fleet: Pick<Fleet, 'path'>, cwd: string, given: string | undefined): string =>
  given === undefined ? join(dirname(fleet.path), 'allowed_signers') : resolve(cwd, given);

/** Plans, shows the plan, has it confirmed and carries it out: the one way into a run. */
export const carryOut = async (session: Session, asked: AskedRunbook, flags: ConfirmFlags): Promise<Outcome> => {
  const { ctx, cwd } = session;
  const { fleet, runbook, params } = asked;
  const incident = flags.incident === undefined ? null : (await requireIncident(await ctx.journal(), flags.incident)).id;
  const plan = await drawPlan(ctx, fleet, { runbook, params, aids: await openAids(ctx, fleet, false) });
  requireRunnable(plan);
  const offered = await offerPlan(session, asked, plan, flags);
  const guard = () =>
    requireGuards(ctx, fleet, runbook, plan, {
      isAutomatic: false,
      ignoresTick: flags.tickCheck === false,
      withoutTick: confirmCommandOf(session, asked, plan, { ...flags, tickCheck: false }),
      details: offered.details,
    });
  await guard();
  const isPresent = await confirmPlan(session, offered, flags);
  const actor = actorOf(ctx.env, () => ctx.process.owner());
  const own: readonly Given[] =
    flags.breakGlass !== undefined || isPresent ? [{ by: actor, isSigned: false, breakGlass: flags.breakGlass ?? null }] : [];
  const given = await collectApprovals(ctx, plan.hash, signersOf(fleet, cwd, flags.signers));
  const approvals = [...given, ...own.filter(({ by, breakGlass }) => breakGlass !== null || given.every((each) => each.by !== by))];
  const aids = openRunAids(ctx, fleet, params, verifiersOf(session));
  const order = { plan, runbook, cause: { kind: 'person' }, actor, approvals, incident, guard } as const;
  return answeredRun(session, (on) => runRunbook(ctx, fleet, order, aids, on));
};

const requireRunnable = (plan: Plan): void => {
  const [first] = obstaclesOf(plan);
  if (first === undefined) return;
  const { why, hint } = first.obstacle;
  throw usageError({
    code: 'plan_blocked',
    message: `step ${first.step} cannot be done: ${why}`,
    hint: hint ?? 'agentops runbook plan shows it',
  });
};
