import type { Fleet } from '../../fleet/agent.ts';
import { actorOf } from '../../ground/audit/actor.ts';
import { refusedError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { rulesOf } from '../../oversight/alerts/rules.ts';
import { drawPlan } from '../runbooks/draw-plan.ts';
import { openRunAids, type Verifiers } from '../runbooks/open-run-aids.ts';
import { agentsOf, obstaclesOf, type Plan } from '../runbooks/plan.ts';
import { approveCommand } from '../runbooks/proposal.ts';
import { requireGuards } from '../runbooks/require-guards.ts';
import { proposeRun } from '../runbooks/run-runbook.ts';
import type { Call } from '../runbooks/trigger.ts';
import { askingLetters } from './call-letters.ts';
import type { CalledRun } from './called-run.ts';
import { alreadyAnswered, incidentOf, isAsked } from './collect-answers.ts';
import { calledBy, heldRun, orHold } from './start-called.ts';
import { doubtOf } from './vouching.ts';

/**
 * Plans the first of the runbooks that can be done on the agent of an alert, and asks people to approve it: once a firing, and nothing is
 * done before they do. Null: it was asked before, or the manifest binds none of them, which the alert's own message makes do with.
 */
export const askApproval = async (
  ctx: Context,
  fleet: Fleet,
  alert: Alert,
  calls: readonly Call[],
  verifiers: Verifiers,
): Promise<CalledRun | null> => {
  for (const call of calls) {
    if (await isAsked(ctx, alert, call.runbook)) return null;
    const asked = await orHold(ctx, calledBy(alert, call), call.command, () => ask(ctx, fleet, alert, call, verifiers));
    if (asked === null) return null;
    if (!('code' in asked)) return asked;
    if (asked.code !== unbound) return heldRun(calledBy(alert, call), asked);
  }
  return null;
};

/** The manifest does not say how it is to be done, or it makes no sense there: that will not change by itself. */
const unbound = 'control_unbound';

const ask = async (ctx: Context, fleet: Fleet, alert: Alert, call: Call, verifiers: Verifiers) => {
  const { runbook, params } = call;
  const aids = openRunAids(ctx, fleet, params, verifiers);
  const plan = await drawPlan(ctx, fleet, { runbook, params, aids: { open: aids.open } });
  requireClear(plan, call);
  const guard = async () => {
    if (await isAsked(ctx, alert, runbook, agentsOf(plan))) throw alreadyAnswered();
    // A person begins it: a freeze holds back what begins by itself.
    await requireGuards(ctx, fleet, runbook, plan, { isAutomatic: false, ignoresTick: false });
  };
  await guard();
  const rule = rulesOf(fleet).find(({ name }) => name === alert.rule);
  const doubt = rule === undefined ? null : doubtOf(fleet, rule, alert.agent);
  const { agent } = calledBy(alert, call);
  const cause = { kind: 'alert', rule: alert.rule, agent, label: alert.label } as const;
  const actor = actorOf(ctx.env, () => ctx.process.owner());
  const order = { plan, runbook, cause, actor, approvals: [], incident: await incidentOf(ctx, alert), guard };
  const run = await proposeRun(ctx, order, (head) => askingLetters(fleet, alert, head, { runbook, doubt }, head.startedAt));
  return { run, status: 'waiting' as const, why: 'nobody has approved it yet', resumeCommand: approveCommand(run) };
};

const requireClear = (plan: Plan, { command }: Call): void => {
  const [first] = obstaclesOf(plan);
  if (first === undefined) return;
  const { kind, why } = first.obstacle;
  throw refusedError({
    code: kind === 'unbound' || kind === 'impossible' ? unbound : 'plan_blocked',
    message: `step ${first.step} cannot be done: ${why}`,
    hint: command,
  });
};
