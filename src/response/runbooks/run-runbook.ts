import type { Fleet } from '../../fleet/agent.ts';
import { actorOf } from '../../ground/audit/actor.ts';
import { refusedError, unableError, usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { heldLeases, type Lease } from '../../ground/store/lease.ts';
import type { Journal } from '../../ground/store/port.ts';
import type { Outgoing } from '../../oversight/notify/port.ts';
import { type Given, missingApproval } from './approval.ts';
import { openLocks, runLease } from './open-locks.ts';
import { agentsOf, obstaclesOf, type Plan } from './plan.ts';
import { recordProposal, recordWithdrawal } from './record-proposal.ts';
import { openRunRecorder, type RunRecorder, recordRequest } from './record-run.ts';
import { requireApproved } from './require-approved.ts';
import type { Cause, RunAids, RunEvent, RunHead, RunNews, RunResult } from './run.ts';
import { runMoves } from './run-moves.ts';
import type { Runbook } from './runbook.ts';
import { type KnownRun, readRun } from './runs.journal.ts';
import { hasEnded } from './step-state.ts';
import { eventOfWord, type Word } from './word.ts';

/** What is to be carried out, and on whose word. */
export interface RunOrder {
  readonly plan: Plan;
  readonly runbook: Pick<Runbook, 'name' | 'class'>;
  readonly cause: Cause;
  readonly actor: string;
  readonly approvals: readonly Given[];
  /** The incident it belongs to; null: none. */
  readonly incident: string | null;
  /** Throws where the run may not begin. Asked by the commit that begins it, so that no other run begins in between. Default: it may. */
  readonly guard?: () => Promise<void>;
}

/**
 * Carries out a plan, from its locks to its end or until a person is needed. Throws a refused error where an approval or a lock is missing:
 * nothing was done then.
 * @param aids what it acts and looks with: the real world, or twins
 */
export const runRunbook = async (
  ctx: Context,
  fleet: Fleet,
  order: RunOrder,
  aids: RunAids,
  on: (news: RunNews) => void,
): Promise<RunResult> => {
  const { plan, runbook, approvals, guard = anyway } = order;
  requireClear(plan);
  const missing = missingApproval(plan, approvals);
  if (missing !== null) throw refusedError({ code: 'approval_missing', ...missing, details: { plan_hash: plan.hash } });
  const journal = await ctx.journal();
  const id = await newRunId(journal, runbook.name, ctx.random);
  const leases = await openLocks(journal, id, plan.locks);
  const run = headOf(id, order, await journal.now());
  return whileHeld(ctx, fleet, { run, leases, begin: guard }, aids, on, (recorder) => recordBegin(recorder, approvals));
};

/**
 * Plans a run that waits for its approval, and asks people for it. Throws what the guard throws: nothing was written then.
 * @param lettersOf the messages that ask
 */
export const proposeRun = async (ctx: Context, order: RunOrder, lettersOf: (run: RunHead) => readonly Outgoing[]): Promise<RunHead> => {
  requireClear(order.plan);
  const journal = await ctx.journal();
  const run = headOf(await newRunId(journal, order.runbook.name, ctx.random), order, await journal.now());
  await recordProposal(ctx, run, lettersOf(run), order.guard ?? anyway);
  return run;
};

const headOf = (id: string, { plan, runbook, cause, actor, incident }: RunOrder, startedAt: number): RunHead => ({
  ...{ id, runbook: runbook.name, class: runbook.class, agents: agentsOf(plan) },
  ...{ plan, cause, actor, incident, startedAt },
});

const recordBegin = async (recorder: RunRecorder, approvals: readonly Given[]): Promise<void> => {
  await recorder.record({ kind: 'status', status: 'running', why: '', step: null });
  const why = approvals.find(({ breakGlass }) => breakGlass !== null)?.breakGlass ?? null;
  if (approvals.length > 0) await recorder.record({ kind: 'approved', by: approvals.map(({ by }) => by), step: null, why });
};

/**
 * Begins a run that an alert asked for and that waited for its approval. Throws a refused error where nobody has approved it, its time is
 * over, what it touches has moved since, or something holds it back: nothing was done then.
 * @param isAutomatic nobody is there who typed it
 */
export const beginApproved = async (
  ctx: Context,
  fleet: Fleet,
  { head: run }: KnownRun,
  aids: RunAids,
  on: (news: RunNews) => void,
  isAutomatic: boolean,
): Promise<RunResult> => {
  const { approvals, guard } = await requireApproved(ctx, fleet, run, aids, isAutomatic);
  const leases = await openLocks(await ctx.journal(), run.id, run.plan.locks);
  return whileHeld(ctx, fleet, { run, leases, begin: guard }, aids, on, (recorder) => recordBegin(recorder, approvals));
};

const anyway = async (): Promise<void> => undefined;

interface Held {
  readonly run: RunHead;
  readonly leases: readonly Lease[];
  /** Null: it was begun before. */
  readonly begin: (() => Promise<void>) | null;
}

/** Goes on with a run while its leases are held, and gives them back. @param begin writes what it goes on with */
const whileHeld = async (
  ctx: Context,
  fleet: Fleet,
  { run, leases, begin: guard }: Held,
  aids: RunAids,
  on: (news: RunNews) => void,
  begin: (recorder: RunRecorder) => Promise<void>,
): Promise<RunResult> => {
  const recorder = await openRunRecorder(ctx, run, leases, guard);
  try {
    await begin(recorder);
    return await runMoves({ ctx, fleet: fleet.name, channels: Object.keys(fleet.notify), run, recorder, aids, on });
  } finally {
    await recorder.close();
  }
};

/** Goes on with a run that waits, was stopped or was killed. Throws a usage error where there is none or it has ended, a refused error where another process is at it. */
export const resumeRun = async (
  ctx: Context,
  fleet: Fleet,
  id: string,
  aids: RunAids,
  on: (news: RunNews) => void,
  word: Word | null = null,
): Promise<RunResult> => {
  const journal = await ctx.journal();
  const known = await requireRun(journal, id);
  const { head: run, status } = known;
  if (hasEnded(status)) throw runEnded(known);
  if (known.isUnbegun === true) return beginApproved(ctx, fleet, known, aids, on, false);
  const leases = await openLocks(journal, id, run.plan.locks);
  return whileHeld(ctx, fleet, { run, leases, begin: null }, aids, on, async (recorder) => {
    const by = actorOf(ctx.env, () => ctx.process.owner());
    const said = word === null ? null : eventOfWord(run, recorder.state(), word, by);
    await recorder.record({ kind: 'status', status: 'running', why: `resumed by ${by}`, step: null });
    if (said !== null) await recorder.record(said);
  });
};

/**
 * Ends a run early, or takes back what one did. Where another process carries the run out, that one does so at its next move, and null is
 * answered. Throws a usage error where there is nothing to end.
 */
export const endRunEarly = async (
  ctx: Context,
  fleet: Fleet,
  id: string,
  request: Extract<RunEvent, { kind: 'request' }>,
  aids: RunAids,
  on: (news: RunNews) => void,
): Promise<RunResult | null> => {
  const journal = await ctx.journal();
  const known = await requireRun(journal, id);
  const { head: run, status } = known;
  if (hasEnded(status) && (request.what === 'abort' || known.isUnbegun === true)) throw runEnded(known);
  if (known.isUnbegun === true && (await recordWithdrawal(ctx, run, request.why))) return null;
  if (status === 'undone' && request.what === 'undo')
    throw usageError({
      code: 'run_undone',
      message: `run ${id} was taken back already`,
      hint: 'agentops mitigations list shows what is in force',
    });
  if ((await heldLeases(journal, runLease(id))).some(({ name }) => name === runLease(id))) {
    await recordRequest(ctx, run, request);
    return null;
  }
  const leases = await openLocks(journal, id, run.plan.locks);
  return whileHeld(ctx, fleet, { run, leases, begin: null }, aids, on, async (recorder) => {
    await recorder.record(request);
    await recorder.record({ kind: 'status', status: 'running', why: request.why, step: null });
  });
};

const runEnded = ({ head: { id }, status, isUnbegun }: KnownRun) =>
  usageError({
    code: 'run_ended',
    message: isUnbegun === true ? `run ${id} was given up before it began` : `run ${id} has ended: ${status}`,
    hint: isUnbegun === true ? 'agentops runbook runs tells why' : `agentops runbook undo ${id} takes back what it did`,
  });

/** The run of an id, as it was begun. Throws a usage error where there is none, an unable error where its plan is no longer the one that was confirmed. */
export const requireRun = async (journal: Journal, id: string): Promise<KnownRun> => {
  const found = await readRun(journal, id);
  if (found === null) throw usageError({ code: 'run_unknown', message: `there is no run ${id}`, hint: 'agentops runbook runs lists them' });
  if (found.isWhole) return found;
  throw unableError({
    code: 'run_altered',
    message: `the journal holds another plan for run ${id} than the one that was begun, and nothing is done by it`,
    hint: 'agentops audit verify, then agentops audit log --kind runbook.step tells what it did',
  });
};

const requireClear = (plan: Plan): void => {
  const [first] = obstaclesOf(plan);
  if (first === undefined) return;
  const { why, hint } = first.obstacle;
  throw refusedError({ code: 'plan_blocked', message: `step ${first.step} cannot be done: ${why}`, ...(hint === null ? {} : { hint }) });
};

/** No vowels, so that chance writes no words. */
const idLetters = '23456789bcdfghjkmnpqrstvwxz';

/** An id that no run has; one more letter for each that was taken, so that it is found whatever chance says. */
const newRunId = async (journal: Journal, runbook: string, random: () => number, length = 7): Promise<string> => {
  const letters = Array.from({ length }, () => idLetters[Math.floor(random() * idLetters.length)]);
  const id = `${runbook}-${letters.join('')}`;
  return (await readRun(journal, id)) === null ? id : newRunId(journal, runbook, random, length + 1);
};
