import { reversed } from '../../controls/actions/compare.ts';
import { isDue, type Mitigation, standingOn } from '../../controls/actions/mitigation.ts';
import { dutyWrite, overdueWrite, readMitigation, revertedWrite, standingMitigations } from '../../controls/actions/mitigations.journal.ts';
import type { Fleet } from '../../fleet/agent.ts';
import { recordAct } from '../../ground/audit/record-act.ts';
import { OpsError, usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Write } from '../../ground/store/port.ts';
import { outboxWrites } from '../../oversight/notify/outbox.journal.ts';
import { type ActFacts, type ActKind, responseAct } from './acts.ts';
import { expireDuty } from './guard.ts';
import { overdueMessage } from './mitigation-message.ts';
import { mayRepeat } from './next-move.ts';
import { openLocks } from './open-locks.ts';
import { type PlannedStep, stepsOf } from './plan.ts';
import { openRunRecorder } from './record-run.ts';
import type { RunAids, RunNews } from './run.ts';
import { requireRun } from './run-runbook.ts';
import { type Running, settlementOf } from './run-step.ts';
import { stepState, succeeded } from './step-state.ts';
import { undoStep } from './undo-steps.ts';
import { lookFor } from './verify-step.ts';

/** What came of ending one mitigation. */
export interface Ended {
  readonly mitigation: Mitigation;
  /** `held`: a run is at work on the same target, or a later mitigation stands on it; it is left for the next time. `conflict`: a person's wish that could not be done, and it stays as it was. */
  readonly result: 'reverted' | 'overdue' | 'held' | 'conflict';
  /** One sentence with what was seen. Untrusted. */
  readonly evidence: string;
}

/**
 * Ends what has had its time: looks at the target again, restores it where it still stands as it was left, and looks whether that took
 * effect. What is not to revert by itself, and what cannot be restored, is overdue: a person is called, once.
 */
export const expireMitigations = async (
  ctx: Context,
  fleet: Fleet,
  aids: Pick<RunAids, 'open'>,
  on: (ended: Ended) => void,
): Promise<readonly Ended[]> => {
  const journal = await ctx.journal();
  const ended: Ended[] = [];
  const all = await standingMitigations(journal);
  // What was put on top of another ends before it.
  for (const mitigation of all.toSorted((one, other) => other.appliedAt - one.appliedAt)) {
    if (!isDue(mitigation, await journal.now()) || ctx.signal.aborted) continue;
    const standing = all.filter(({ id }) => ended.every((each) => each.mitigation.id !== id || each.result !== 'reverted'));
    const result = await endDue(ctx, fleet, mitigation, standing, aids);
    ended.push(result);
    on(result);
  }
  if (!ctx.signal.aborted) await journal.commit([dutyWrite(expireDuty, await journal.now())]);
  return ended;
};

const endDue = async (
  ctx: Context,
  fleet: Fleet,
  mitigation: Mitigation,
  standing: readonly Mitigation[],
  aids: Pick<RunAids, 'open'>,
): Promise<Ended> => {
  if (mitigation.onExpiry === 'page')
    return leaveOverdue(ctx, fleet, mitigation, 'its time is over, and it is not reverted without a person');
  const later = standingOn(mitigation, standing);
  if (later !== null) return { mitigation, result: 'held', evidence: `${later.id} was put on top of it, and ends first` };
  return revertMitigation(ctx, fleet, mitigation, 'mitigation.expire', aids);
};

/** The mitigation of an id that is in force. Throws a usage error where there is none. */
export const requireMitigation = async (ctx: Context, id: string): Promise<Mitigation> => {
  const found = await readMitigation(await ctx.journal(), id);
  if (found !== null && found.status !== 'reverted') return found;
  throw usageError({
    code: found === null ? 'mitigation_unknown' : 'mitigation_ended',
    message: found === null ? `there is no mitigation ${id}` : `mitigation ${id} has ended already`,
    hint: 'agentops mitigations list',
  });
};

/** Ends one mitigation now, as the taking back of the step that put it in force. @param kind by its time, or by a person */
export const revertMitigation = async (
  ctx: Context,
  fleet: Fleet,
  mitigation: Mitigation,
  kind: 'mitigation.expire' | 'mitigation.revert',
  aids: Pick<RunAids, 'open'>,
): Promise<Ended> => {
  const journal = await ctx.journal();
  const { head: run } = await requireRun(journal, mitigation.run);
  const planned = stepsOf(run.plan).find(({ id }) => id === mitigation.step);
  if (planned === undefined) throw new Error(`run ${run.id} has no step ${mitigation.step}`);
  const leases = await openLocks(journal, run.id, run.plan.locks).catch((thrown) => {
    if (thrown instanceof OpsError && thrown.kind === 'refused') return thrown.message;
    throw thrown;
  });
  if (typeof leases === 'string') return { mitigation, result: 'held', evidence: leases };
  const recorder = await openRunRecorder(ctx, run, leases, null);
  try {
    const onlyLooking: RunAids = { ...aids, verify: unasked, decide: unasked };
    const running: Running = { ctx, fleet: fleet.name, channels: Object.keys(fleet.notify), run, recorder, aids: onlyLooking, on: unheard };
    const evidence = await restored(running, planned);
    if (evidence !== null)
      return await (kind === 'mitigation.expire'
        ? leaveOverdue(ctx, fleet, mitigation, evidence)
        : leaveStanding(ctx, mitigation, evidence));
    const what = 'restored, and seen to be';
    await tellEnd(ctx, mitigation, kind, { status: 'reverted', evidence: what }, (at) => [revertedWrite(mitigation.id, at, what)]);
    return { mitigation, result: 'reverted', evidence: what };
  } finally {
    await recorder.close();
  }
};

const unheard = (_: RunNews): void => undefined;
const unasked = (): never => {
  throw new Error('ending a mitigation judges nothing');
};

const leftInForce = () => ({ writes: [], acts: [] });

/** Restores the target of a step and looks whether that took effect; null: it did, else why not. */
const restored = async (running: Running, planned: PlannedStep): Promise<string | null> => {
  const { change, traits } = planned;
  if (change === null || traits === null) return 'nothing was changed that could be restored';
  const back = reversed(change);
  const undone = () => stepState(running.recorder.state(), planned.id).undo;
  try {
    for (let isFirst = true; ; isFirst = false) {
      // What cannot be read is asked at least once.
      const { decision, why } =
        traits.readable || undone().begun > 0 ? await settlementOf(running, planned, back) : { decision: 'retry', why: '' };
      if (decision === 'adopt') break;
      if (decision === 'stop') return why;
      if (!isFirst && !mayRepeat(planned, undone())) return undone().effect?.evidence ?? '';
      await undoStep(running, planned, leftInForce);
      if (succeeded(undone())) break;
    }
  } catch (thrown) {
    if (!(thrown instanceof OpsError) || thrown.kind === 'handover') throw thrown;
    return running.ctx.secrets.mask(thrown.message);
  }
  const seen = await lookFor(running, planned, back);
  return seen === 'seen' || (seen === 'unseen' && !traits.readable)
    ? null
    : `it was put back, and ${seen === 'unseen' ? 'nobody can see whether that took effect' : 'that is not to be seen'}`;
};

/** A person is called once, however often it is looked at again. */
const leaveOverdue = async (ctx: Context, fleet: Fleet, mitigation: Mitigation, evidence: string): Promise<Ended> => {
  const ended = { mitigation, result: 'overdue', evidence } as const;
  if (mitigation.status === 'overdue') return ended;
  const message = overdueMessage(mitigation, fleet.name, evidence);
  const outgoing = Object.keys(fleet.notify).map((channel) => ({ channel, dedupKey: `${mitigation.id}/overdue`, message }));
  await tellEnd(ctx, mitigation, 'mitigation.expire', { status: 'overdue', evidence }, (at) => [
    overdueWrite(mitigation.id, ctx.secrets.mask(evidence)),
    ...outboxWrites(outgoing, { at, mask: (text) => ctx.secrets.mask(text) }),
  ]);
  return ended;
};

/** Whoever wanted it ended is told so, and nobody else. */
const leaveStanding = async (ctx: Context, mitigation: Mitigation, evidence: string): Promise<Ended> => {
  await tellEnd(ctx, mitigation, 'mitigation.revert', { status: 'failed', evidence }, () => []);
  return { mitigation, result: 'conflict', evidence };
};

const tellEnd = (
  ctx: Context,
  { id, run, step, agent, action, change }: Mitigation,
  kind: ActKind,
  told: Partial<ActFacts>,
  writes: (at: number) => readonly Write[],
): Promise<void> =>
  recordAct(ctx, async (journal) => ({
    writes: writes(await journal.now()),
    act: responseAct(kind, agent === '' ? run : agent, {
      run,
      mitigation: id,
      step,
      action,
      target: change.target,
      from: change.to,
      to: change.from,
      ...told,
    }),
    answer: undefined,
  }));
