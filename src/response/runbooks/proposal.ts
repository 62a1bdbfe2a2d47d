import { canonicalJson } from '../../ground/json.ts';
import { isoTime } from '../../ground/output/json.ts';
import { listOf } from '../../ground/output/phrases.ts';
import type { Message } from '../../oversight/notify/port.ts';
import { type Given, missingApproval } from './approval.ts';
import { confirmCommand } from './next-command.ts';
import { isActing, needsOf, type PlannedStep, stepsOf } from './plan.ts';
import type { RunHead } from './run.ts';
import type { Runbook } from './runbook.ts';

/** So long a run that an alert asked for waits for its approval, ms: what was planned an hour ago is about another hour. */
export const approvalMs = 3_600_000;

/** When a run that waits for its approval is given up, UTC epoch ms. */
export const expiresAt = ({ startedAt }: Pick<RunHead, 'startedAt'>): number => startedAt + approvalMs;

/** What is approved of a run that has not begun: this run, and just this plan. */
export const approvalSubject = ({ id, plan }: Pick<RunHead, 'id' | 'plan'>): string => `${id}/${plan.hash}`;

/** The command that approves a run that has not begun; where two people have to, each with a key. */
export const approveCommand = ({ id, plan }: Pick<RunHead, 'id' | 'plan'>): string =>
  `agentops runbook approve ${id}${needsOf(plan).approvals === 2 ? ' --key ~/.ssh/id_ed25519' : ''}`;

/** What is still missing before a run that an alert asked for may begin; null: nothing. Nobody's word is never enough. */
export const missingWord = (
  run: Pick<RunHead, 'id' | 'plan'>,
  given: readonly Given[],
): { readonly message: string; readonly hint: string } | null => {
  const missing = missingApproval(run.plan, given);
  if (missing === null && given.length > 0) return null;
  return { message: missing?.message ?? `nobody has approved run ${run.id}`, hint: approveCommand(run) };
};

/** Who asked for a run, and who is asked. */
export interface Asking {
  readonly fleet: string;
  readonly runbook: Pick<Runbook, 'name' | 'params'>;
  readonly severity: Message['severity'];
  /** What receivers join it to: the alert that asks for it. */
  readonly about: NonNullable<Message['about']>;
  /** What the alert saw. Untrusted. */
  readonly reason: string;
  /** Why what the alert saw may be anybody's word; null: it is vouched for. */
  readonly doubt: string | null;
}

/** What people are asked: what would be done, until when, and the exact words that let it happen. */
export const proposalMessage = (run: RunHead, { fleet, runbook, severity, about, reason, doubt }: Asking): Message => ({
  event: 'runbook.approve',
  about,
  severity,
  fleet,
  agent: run.agents.length === 1 ? (run.agents[0] ?? null) : null,
  title: `Runbook ${run.runbook}${run.agents.length === 0 ? '' : ` on ${listOf(run.agents)}`} waits for approval: ${reason}`,
  text: [
    ...stepsOf(run.plan).filter(isActing).map(stepLine),
    ...(doubt === null ? [] : [`Look closely before you approve it: ${doubt}.`]),
    `Nothing is done before somebody approves it, and it is given up at ${isoTime(expiresAt(run))}.`,
    `Approved, it begins with the next tick, or at once with: agentops runbook resume ${run.id}`,
    `To look at it first, and do just this: ${confirmCommand(runbook, run.plan.params, run.plan.hash)}`,
  ].join('\n'),
  next: approveCommand(run),
  facts: { run: run.id, runbook: run.runbook, plan_hash: run.plan.hash, expires_at: isoTime(expiresAt(run)) },
});

const stepLine = ({ id, change }: PlannedStep): string => {
  if (change === null) return id;
  const fields = Object.entries(change.to).flatMap(([name, to]) => {
    const [before, after] = [canonicalJson(change.from[name] ?? null), canonicalJson(to)];
    return before === after ? [] : [`${name} ${before} → ${after}`];
  });
  return `${id}: ${change.action.replaceAll('_', ' ')} ${change.target}${fields.length === 0 ? '' : `, ${fields.join(', ')}`}`;
};
