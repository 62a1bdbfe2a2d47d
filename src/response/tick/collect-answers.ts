import { refusedError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { wholeFleet } from '../../oversight/alerts/subject.ts';
import { listIncidents } from '../incidents/incidents.journal.ts';
import type { RunHead } from '../runbooks/run.ts';
import type { Runbook } from '../runbooks/runbook.ts';
import { findRuns, type KnownRun } from '../runbooks/runs.journal.ts';

const mostRuns = 1000;

/** The runs since an alert began to fire; drills answer nothing. */
const runsSince = async (ctx: Context, { instance }: Alert): Promise<readonly KnownRun[]> => {
  const since = instance.firedAt ?? instance.since;
  const runs = await findRuns(await ctx.journal(), { since, open: false }, mostRuns);
  return runs.filter(({ head }) => head.cause.kind !== 'drill');
};

/** Whether a run was begun or planned for just this alert. */
const isOf = ({ rule, agent, label }: Alert, { cause }: RunHead): boolean =>
  cause.kind === 'alert' && cause.rule === rule && (cause.agent ?? wholeFleet) === agent && (cause.label ?? '') === label;

const touches = ({ runbook, agents: touched }: RunHead, { name }: Pick<Runbook, 'name'>, agents: readonly string[]): boolean =>
  runbook === name && agents.some((agent) => touched.includes(agent));

const ownAgents = ({ agent }: Alert): readonly string[] => (agent === wholeFleet ? [] : [agent]);

/** Whether a run that was begun since an alert fired was of it, or did the same to its agent, whoever began it. What only waits for approval answers nothing. */
export const isAnswered = async (
  ctx: Context,
  alert: Alert,
  runbook: Pick<Runbook, 'name'>,
  agents: readonly string[] = ownAgents(alert),
): Promise<boolean> =>
  (await runsSince(ctx, alert)).some(({ head, isUnbegun }) => isUnbegun !== true && (isOf(alert, head) || touches(head, runbook, agents)));

/** Whether approval was asked for a run of this alert since it fired, is being asked for the same elsewhere, or somebody did it meanwhile. */
export const isAsked = async (
  ctx: Context,
  alert: Alert,
  runbook: Pick<Runbook, 'name'>,
  agents: readonly string[] = ownAgents(alert),
): Promise<boolean> =>
  (await runsSince(ctx, alert)).some(
    ({ head, isUnbegun, status }) => isOf(alert, head) || ((isUnbegun !== true || status === 'waiting') && touches(head, runbook, agents)),
  );

export const alreadyAnswered = () =>
  refusedError({ code: 'alert_answered', message: 'another run answers this alert already', hint: 'agentops runbook runs' });

/** The incident that a run of an alert belongs to: an open one that was detected on its agent. */
export const incidentOf = async (ctx: Context, { agent }: Alert): Promise<string | null> => {
  if (agent === wholeFleet) return null;
  const open = await listIncidents(await ctx.journal(), { agent, resolved: false, limit: 50 });
  return open.find(({ cause }) => cause.kind !== 'person')?.id ?? null;
};
