import { recordAct } from '../../ground/audit/record-act.ts';
import { isoTime } from '../../ground/output/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { outboxWrites } from '../../oversight/notify/outbox.journal.ts';
import type { Outgoing } from '../../oversight/notify/port.ts';
import { actOfEvent } from './event-act.ts';
import { expiresAt } from './proposal.ts';
import type { RunEvent, RunHead } from './run.ts';
import { beginWrite, eventWrites, readEvents, unbegun } from './runs.journal.ts';
import { foldRun } from './step-state.ts';

/**
 * Writes down a run that waits for its approval, in one commit with the messages that ask for it.
 * @param guard throws where it is not to be asked for; asked by the commit, so that nobody else asks for the same in between
 */
export const recordProposal = async (ctx: Context, run: RunHead, letters: readonly Outgoing[], guard: () => Promise<void>): Promise<void> =>
  recordAct(ctx, async (journal) => {
    await guard();
    const at = await journal.now();
    const why = `waits for approval until ${isoTime(expiresAt(run))}`;
    const event: RunEvent = { kind: 'status', status: 'waiting', why, step: null };
    return {
      writes: [
        beginWrite(run),
        ...eventWrites(run.id, { seq: 1, at, event }, unbegun),
        ...outboxWrites(letters, { at, mask: (text) => ctx.secrets.mask(text) }),
      ],
      act: actOfEvent(run, event, foldRun([]), at, null),
      answer: undefined,
    };
  });

/** Gives up a run that waits for its approval; false: it was begun or given up meanwhile. @param why one sentence */
export const recordWithdrawal = async (ctx: Context, run: RunHead, why: string): Promise<boolean> =>
  recordAct(ctx, async (journal) => {
    const events = await readEvents(journal, run.id, 0);
    const before = foldRun(events);
    if (before.isBegun || before.endedAt !== null) return { writes: [], act: null, answer: false };
    const at = await journal.now();
    const event: RunEvent = { kind: 'status', status: 'aborted', why, step: null };
    return {
      writes: eventWrites(run.id, { seq: events.length + 1, at, event }, unbegun),
      act: actOfEvent(run, event, before, at, null),
      answer: true,
    };
  });
