import type { Fleet } from '../../fleet/agent.ts';
import { actorOf } from '../../ground/audit/actor.ts';
import { OpsError, refusedError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { rulesOf } from '../../oversight/alerts/rules.ts';
import { agentNamed } from '../../oversight/alerts/subject.ts';
import { outboxWrites } from '../../oversight/notify/outbox.journal.ts';
import { drawPlan } from '../runbooks/draw-plan.ts';
import { openRunAids, type Verifiers } from '../runbooks/open-run-aids.ts';
import { agentsOf, obstaclesOf } from '../runbooks/plan.ts';
import { requireGuards } from '../runbooks/require-guards.ts';
import type { RunResult } from '../runbooks/run.ts';
import { beginApproved, resumeRun, runRunbook } from '../runbooks/run-runbook.ts';
import type { KnownRun } from '../runbooks/runs.journal.ts';
import type { Call } from '../runbooks/trigger.ts';
import { type Hold, heldLetters } from './call-letters.ts';
import type { Called, CalledRun } from './called-run.ts';
import { alreadyAnswered, incidentOf, isAnswered } from './collect-answers.ts';
import { reconcileProposal } from './reconcile-proposal.ts';
import { doubtOf } from './vouching.ts';

/** Another process is at it, or was: no news. */
const silentCodes: ReadonlySet<string> = new Set(['alert_answered', 'run_busy', 'run_ended']);

/** What keeps a run from beginning; null: somebody else sees to it. What is no refusal is thrown on. */
export const orHold = async (
  ctx: Context,
  told: Called,
  next: string,
  begin: () => Promise<Pick<RunResult, 'run' | 'status' | 'why' | 'resumeCommand'>>,
): Promise<CalledRun | Hold | null> => {
  try {
    const { run, status, why, resumeCommand } = await begin();
    return { ...told, status, run: run.id, why, next: resumeCommand };
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    if (silentCodes.has(thrown.code)) return null;
    return { runbook: told.runbook, code: thrown.code, why: ctx.secrets.mask(thrown.message), next };
  }
};

export const heldRun = (told: Called, { why, next }: Hold): CalledRun => ({ ...told, status: 'held', run: null, why, next });

export const calledBy = (alert: Alert, { runbook }: Pick<Call, 'runbook'>): Called => ({
  rule: alert.rule,
  agent: agentNamed(alert.agent),
  runbook: runbook.name,
});

/** Starts a runbook that an alert calls for, or tells people what holds it back. Null: the firing was answered before. */
export const startCalled = async (
  ctx: Context,
  fleet: Fleet,
  alert: Alert,
  call: Call,
  verifiers: Verifiers,
): Promise<CalledRun | null> => {
  const told = calledBy(alert, call);
  const begun = await startOrHold(ctx, fleet, alert, call, verifiers);
  if (begun === null || !('code' in begun)) return begun;
  const [journal, mask] = [await ctx.journal(), (text: string) => ctx.secrets.mask(text)];
  const at = await journal.now();
  const letters = outboxWrites(heldLetters(fleet, alert, begun, at), { at, mask });
  if (letters.length > 0) await journal.commit(letters);
  return heldRun(told, begun);
};

const startOrHold = async (
  ctx: Context,
  fleet: Fleet,
  alert: Alert,
  call: Call,
  verifiers: Verifiers,
): Promise<CalledRun | Hold | null> => {
  const { runbook, params } = call;
  const told = calledBy(alert, call);
  const rule = rulesOf(fleet).find(({ name }) => name === alert.rule);
  if (rule === undefined || (await isAnswered(ctx, alert, runbook))) return null;
  const doubt = doubtOf(fleet, rule, alert.agent);
  if (doubt !== null) return { runbook: runbook.name, code: 'not_vouched', why: doubt, next: call.command };
  return orHold(ctx, told, call.command, async () => {
    const aids = openRunAids(ctx, fleet, params, verifiers);
    const plan = await drawPlan(ctx, fleet, { runbook, params, aids: { open: aids.open } });
    const [blocked] = obstaclesOf(plan);
    if (blocked !== undefined)
      throw refusedError({
        code: 'plan_blocked',
        message: `step ${blocked.step} cannot be done: ${blocked.obstacle.why}`,
        hint: call.command,
      });
    const guard = async () => {
      if (await isAnswered(ctx, alert, runbook, agentsOf(plan))) throw alreadyAnswered();
      await requireGuards(ctx, fleet, runbook, plan, { isAutomatic: true, ignoresTick: false });
    };
    await guard();
    const cause = { kind: 'alert', rule: alert.rule, agent: told.agent, label: alert.label } as const;
    const actor = actorOf(ctx.env, () => ctx.process.owner());
    const order = { plan, runbook, cause, actor, approvals: [], incident: await incidentOf(ctx, alert), guard };
    return runRunbook(ctx, fleet, order, aids, () => undefined);
  });
};

/** Goes on with a run that an alert called for: one that was killed, or one that has been approved by now. */
export const resumeCalled = async (ctx: Context, fleet: Fleet, known: KnownRun, verifiers: Verifiers): Promise<CalledRun | null> => {
  const { head } = known;
  const { cause } = head;
  const told = {
    rule: cause.kind === 'alert' ? cause.rule : '',
    agent: cause.kind === 'alert' ? cause.agent : null,
    runbook: head.runbook,
  };
  const isUnbegun = known.isUnbegun === true;
  if (isUnbegun) {
    const reconciled = await reconcileProposal(ctx, known);
    if (reconciled.is === 'gone') return null;
    if (reconciled.is !== 'approved') {
      const { why, next } = reconciled;
      return { ...told, status: reconciled.is === 'waiting' ? 'waiting' : 'aborted', run: head.id, why, next };
    }
  }
  const aids = openRunAids(ctx, fleet, head.plan.params, verifiers);
  const begun = await orHold(ctx, told, `agentops runbook resume ${head.id}`, () =>
    isUnbegun ? beginApproved(ctx, fleet, known, aids, () => undefined, true) : resumeRun(ctx, fleet, head.id, aids, () => undefined),
  );
  return begun !== null && 'code' in begun ? heldRun(told, begun) : begun;
};
