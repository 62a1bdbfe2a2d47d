import type { Context } from '../../ground/runtime/context.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { isFiring } from '../../oversight/alerts/alert-state.ts';
import { readOpenAlerts } from '../../oversight/alerts/alerts.journal.ts';
import { wholeFleet } from '../../oversight/alerts/subject.ts';
import { approvalSubject, approveCommand, expiresAt } from '../runbooks/proposal.ts';
import { recordWithdrawal } from '../runbooks/record-proposal.ts';
import type { RunHead } from '../runbooks/run.ts';
import { findRuns, type KnownRun, readApprovals } from '../runbooks/runs.journal.ts';

/** How a run stands that waits for its approval. */
export type Reconciled =
  /** Somebody has approved it: it is to begin. */
  | { readonly is: 'approved' }
  | { readonly is: 'waiting' | 'given-up'; readonly why: string; readonly next: string | null }
  /** Another process has seen to it. */
  | { readonly is: 'gone' };

const mostRuns = 1000;

/** Looks whether a run that waits for its approval is to begin, goes on waiting, or is given up, which is written down. */
export const reconcileProposal = async (ctx: Context, { head: run, why }: KnownRun): Promise<Reconciled> => {
  const journal = await ctx.journal();
  const moot = await mootBecause(ctx, run);
  if (moot !== null) return (await recordWithdrawal(ctx, run, moot)) ? { is: 'given-up', why: moot, next: null } : { is: 'gone' };
  const approvals = await readApprovals(journal, approvalSubject(run));
  return approvals.length > 0 ? { is: 'approved' } : { is: 'waiting', why, next: approveCommand(run) };
};

/** Why a run is not to be begun any more; null: it may be. */
const mootBecause = async (ctx: Context, run: RunHead): Promise<string | null> => {
  const journal = await ctx.journal();
  if ((await journal.now()) >= expiresAt(run)) return 'nobody approved it in time';
  const alerts = await readOpenAlerts(journal);
  if (!alerts.some((alert) => isFiring(alert.instance) && isCauseOf(alert, run))) return 'its alert ended before it was approved';
  const since = await findRuns(journal, { since: run.startedAt, open: false }, mostRuns);
  const other = since.find(({ head, isUnbegun }) => isUnbegun !== true && head.id !== run.id && doesTheSame(head, run));
  return other === undefined ? null : `run ${other.head.id} did the same meanwhile`;
};

const isCauseOf = ({ rule, agent, label }: Alert, { cause }: RunHead): boolean =>
  cause.kind === 'alert' && cause.rule === rule && (cause.agent ?? wholeFleet) === agent && (cause.label ?? '') === label;

const doesTheSame = (one: RunHead, other: RunHead): boolean =>
  one.cause.kind !== 'drill' && one.runbook === other.runbook && one.agents.some((agent) => other.agents.includes(agent));
