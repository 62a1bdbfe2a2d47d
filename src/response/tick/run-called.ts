import type { Fleet } from '../../fleet/agent.ts';
import { actorOf } from '../../ground/audit/actor.ts';
import { OpsError, refusedError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { rulesOf } from '../../oversight/alerts/rules.ts';
import { agentNamed, wholeFleet } from '../../oversight/alerts/subject.ts';
import { listIncidents } from '../incidents/incidents.journal.ts';
import { drawPlan } from '../runbooks/draw-plan.ts';
import { loadRunbooks } from '../runbooks/load-runbooks.ts';
import { openRunAids, type Verifiers } from '../runbooks/open-run-aids.ts';
import { agentsOf, obstaclesOf } from '../runbooks/plan.ts';
import { requireGuards } from '../runbooks/require-guards.ts';
import type { RunStatus } from '../runbooks/run.ts';
import { resumeRun, runRunbook } from '../runbooks/run-runbook.ts';
import type { Runbook } from '../runbooks/runbook.ts';
import { findRuns, type KnownRun } from '../runbooks/runs.journal.ts';
import { type Call, callsFor } from '../runbooks/trigger.ts';
import { doubtOf } from './vouching.ts';

/** A runbook that an alert called for and that was to start by itself, or one that was started so and was killed. */
export interface CalledRun {
  readonly rule: string;
  readonly agent: string | null;
  readonly runbook: string;
  /** `held`: it did not begin, and `why` says what keeps it. */
  readonly status: RunStatus | 'held';
  /** Null: it did not begin. */
  readonly run: string | null;
  /** Untrusted. */
  readonly why: string;
  /** What to type; null: there is nothing to do. */
  readonly next: string | null;
}

/** Runs that go on, each by itself. */
export interface Calling {
  readonly settled: Promise<readonly CalledRun[]>;
}

const mostRuns = 1000;

/**
 * Starts the runbooks that firing alerts call for and that may start by themselves, and goes on with those that were killed. One firing of
 * an alert starts one run at most, whoever evaluates it and however often; what is not vouched for, what is kept quiet, and what a
 * guardrail or a freeze holds back does not begin.
 */
export const runCalled = async (ctx: Context, fleet: Fleet, firing: readonly Alert[], verifiers: Verifiers): Promise<Calling> => {
  const runbooks = (await loadRunbooks(ctx, fleet)).flatMap(({ runbook }) => runbook ?? []);
  const names = fleet.agents.map(({ name }) => name);
  const calls = new Map<string, (() => Promise<CalledRun | null>)[]>();
  const called = new Set<string>();
  for (const alert of firing) {
    const call = callsFor(runbooks, { ...alert, agent: agentNamed(alert.agent) }, names).find(({ mode }) => mode === 'auto');
    const isQuiet = alert.quiet !== null && alert.quiet.by !== 'ack';
    if (call === undefined || isQuiet) continue;
    // Several measures of one rule are one call; several rules may call for the same thing, and each has its own right to it.
    const once = JSON.stringify([call.runbook.name, alert.agent, alert.rule]);
    if (called.has(once)) continue;
    called.add(once);
    const key = JSON.stringify([call.runbook.name, alert.agent]);
    calls.set(key, [...(calls.get(key) ?? []), () => start(ctx, fleet, alert, call, verifiers)]);
  }
  const killed = (await findRuns(await ctx.journal(), { since: 0, open: true }, mostRuns)).filter(
    ({ head, status }) => head.cause.kind === 'alert' && status === 'running',
  );
  const runs = [
    ...killed.map((run) => () => resume(ctx, fleet, run, verifiers)),
    ...[...calls.values()].map((starts) => () => firstBegun(starts)),
  ].map((run) => run());
  return { settled: Promise.all(runs).then((ended) => ended.filter((each) => each !== null)) };
};

/** What comes of several alerts that call for the same thing: the first that may begin it does, and one that may not keeps no other from it. */
const firstBegun = async (starts: readonly (() => Promise<CalledRun | null>)[]): Promise<CalledRun | null> => {
  let held: CalledRun | null = null;
  for (const start of starts) {
    const run = await start();
    if (run !== null && run.status !== 'held') return run;
    held ??= run;
  }
  return held;
};

/** Null: the firing was answered before. */
const start = async (ctx: Context, fleet: Fleet, alert: Alert, call: Call, verifiers: Verifiers): Promise<CalledRun | null> => {
  const { runbook, params } = call;
  const told = { rule: alert.rule, agent: agentNamed(alert.agent), runbook: runbook.name };
  const rule = rulesOf(fleet).find(({ name }) => name === alert.rule);
  if (rule === undefined || (await isAnswered(ctx, alert, runbook))) return null;
  const doubt = doubtOf(fleet, rule, alert.agent);
  if (doubt !== null) return { ...told, status: 'held', run: null, why: doubt, next: call.command };
  return orHeld(ctx, told, call.command, async () => {
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
      if (await isAnswered(ctx, alert, runbook, agentsOf(plan))) throw answered();
      await requireGuards(ctx, fleet, runbook, plan, { isAutomatic: true, ignoresTick: false });
    };
    await guard();
    const cause = { kind: 'alert', rule: alert.rule, agent: told.agent, label: alert.label } as const;
    const actor = actorOf(ctx.env, () => ctx.process.owner());
    const order = { plan, runbook, cause, actor, approvals: [], incident: await incidentOf(ctx, alert), guard };
    return runRunbook(ctx, fleet, order, aids, () => undefined);
  });
};

const resume = async (ctx: Context, fleet: Fleet, { head }: KnownRun, verifiers: Verifiers): Promise<CalledRun | null> => {
  const { cause } = head;
  const told = {
    rule: cause.kind === 'alert' ? cause.rule : '',
    agent: cause.kind === 'alert' ? cause.agent : null,
    runbook: head.runbook,
  };
  const aids = openRunAids(ctx, fleet, head.plan.params, verifiers);
  return orHeld(ctx, told, `agentops runbook resume ${head.id}`, () => resumeRun(ctx, fleet, head.id, aids, () => undefined));
};

/** Another process is at it, or was: no news. */
const silentCodes: ReadonlySet<string> = new Set(['alert_answered', 'run_busy', 'run_ended']);

/** What keeps a run from beginning, as its result; null: somebody else sees to it. What is no refusal is thrown on. */
const orHeld = async (
  ctx: Context,
  told: Pick<CalledRun, 'rule' | 'agent' | 'runbook'>,
  command: string,
  begin: () => ReturnType<typeof runRunbook>,
): Promise<CalledRun | null> => {
  try {
    const { run, status, why, resumeCommand } = await begin();
    return { ...told, status, run: run.id, why, next: resumeCommand };
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    if (silentCodes.has(thrown.code)) return null;
    return { ...told, status: 'held', run: null, why: ctx.secrets.mask(thrown.message), next: command };
  }
};

/** Whether a run since it began to fire was of this alert, or did the same to its agent, whoever began it. */
const isAnswered = async (
  ctx: Context,
  { rule, agent, label, instance }: Alert,
  { name }: Pick<Runbook, 'name'>,
  agents: readonly string[] = agent === wholeFleet ? [] : [agent],
): Promise<boolean> => {
  const since = instance.firedAt ?? instance.since;
  const runs = await findRuns(await ctx.journal(), { since, open: false }, mostRuns);
  return runs.some(({ head: { cause, runbook, agents: touched } }) => {
    if (cause.kind === 'drill') return false;
    if (cause.kind === 'alert' && cause.rule === rule && (cause.agent ?? wholeFleet) === agent && (cause.label ?? '') === label)
      return true;
    return runbook === name && agents.some((each) => touched.includes(each));
  });
};

const answered = () =>
  refusedError({ code: 'alert_answered', message: 'another run answers this alert already', hint: 'agentops runbook runs' });

/** The incident that it belongs to: an open one that was detected on its agent. */
const incidentOf = async (ctx: Context, { agent }: Alert): Promise<string | null> => {
  if (agent === wholeFleet) return null;
  const open = await listIncidents(await ctx.journal(), { agent, resolved: false, limit: 50 });
  return open.find(({ cause }) => cause.kind !== 'person')?.id ?? null;
};
