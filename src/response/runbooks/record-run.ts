import type { Act } from '../../ground/audit/chain.ts';
import { recordAct } from '../../ground/audit/record-act.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { Conflict } from '../../ground/store/conflict.ts';
import { holdLease, isHeld, type Lease, releaseLease } from '../../ground/store/lease.ts';
import { openLeaseWriter } from '../../ground/store/lease-writer.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
import { actOfEvent } from './event-act.ts';
import type { RecordedEvent, RunEvent, RunHead } from './run.ts';
import { beginWrite, eventWrites, type RunFacts, readEvents } from './runs.journal.ts';
import { foldRun, type RunState } from './step-state.ts';

/** What goes into the commit of an event besides it. */
export interface Beside {
  readonly writes: readonly Write[];
  readonly acts: readonly Act[];
}

/** The journal of one run while its leases are held. */
export interface RunRecorder {
  /** As of the last event that was recorded or read. */
  state(): RunState;
  /** Reads what others have added: a request to abort, an approval. */
  refresh(): Promise<RunState>;
  /**
   * Durable on return, in one commit with the audit record and the renewal of every lease. Throws a handover error where a lease was lost;
   * nothing is written then.
   */
  record(event: RunEvent, beside?: (at: number) => Beside, facts?: RunFacts): Promise<void>;
  /** Aborts, with the handover error as its reason, once the heartbeat finds that a lease was lost. */
  readonly lost: AbortSignal;
  /** Gives the leases back. */
  close(): Promise<void>;
}

/**
 * Opens the journal of a run whose leases are held, and keeps them until it is closed.
 * @param guard throws where the run may not begin; asked by the commit that begins it each time that is tried, hence of a journal in which
 *   nothing happens before it is written. Null: the run was begun before
 */
export const openRunRecorder = async (
  ctx: Context,
  run: RunHead,
  leases: readonly Lease[],
  guard: (() => Promise<void>) | null,
): Promise<RunRecorder> => {
  const journal = await ctx.journal();
  let recorded: readonly RecordedEvent[] = [];
  let state = foldRun(recorded);
  const refresh = async (): Promise<RunState> => {
    const news = await readEvents(journal, run.id, recorded.length);
    if (news.length === 0) return state;
    recorded = [...recorded, ...news];
    state = foldRun(recorded);
    return state;
  };
  const holds = async () => {
    const now = await journal.now();
    return leases.map((lease) => holdLease(lease, now));
  };

  const append = (event: RunEvent, beside: (at: number) => Beside, facts: RunFacts | null) =>
    recordAct(ctx, async () => {
      for (const lease of leases) await requireHeld(journal, lease, run);
      await refresh();
      const at = await journal.now();
      if (guard !== null && !state.isBegun) await guard();
      const isFirst = guard !== null && recorded.length === 0;
      const begin = isFirst ? [beginWrite(run)] : [];
      const { writes, acts } = beside(at);
      const own = eventWrites(run.id, { seq: recorded.length + 1, at, event }, facts);
      return {
        writes: [...(await holds()), ...begin, ...own, ...writes],
        act: [actOfEvent(run, event, state, at, facts), ...acts],
        answer: undefined,
      };
    });

  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    try {
      await journal.commit(await holds(), 'kill');
    } catch (thrown) {
      if (!(thrown instanceof Conflict)) throw thrown;
      // A run that only waits writes nothing by which it would learn of it.
      for (const lease of leases) await requireHeld(journal, lease, run).catch((reason: unknown) => lost.abort(reason));
    }
  };
  const writer = openLeaseWriter<() => Promise<void>>({ ttlMs: Math.min(...leases.map(({ ttlMs }) => ttlMs)) }, renew, (order) => order());
  await refresh();
  return {
    state: () => state,
    refresh,
    lost: lost.signal,
    async record(event, beside = () => ({ writes: [], acts: [] }), facts) {
      await writer.write(() => append(event, beside, facts ?? null));
      await refresh();
    },
    async close() {
      await writer.stop();
      for (const lease of leases) await releaseLease(journal, lease);
    },
  };
};

const requireHeld = async (journal: Journal, lease: Lease, run: RunHead): Promise<void> => {
  if (await isHeld(journal, lease)) return;
  throw new OpsError('handover', {
    code: 'lock_lost',
    message: `run ${run.id} stopped: ${lease.name} was taken over while it stood still, or was broken; nothing more was written`,
    hint: `agentops runbook resume ${run.id}`,
  });
};

/** Adds a request to a run that another process carries out: that one reads it before its next move. */
export const recordRequest = async (ctx: Context, run: RunHead, event: Extract<RunEvent, { kind: 'request' }>): Promise<void> =>
  recordAct(ctx, async (journal) => {
    const recorded = await readEvents(journal, run.id, 0);
    const at = await journal.now();
    return {
      writes: eventWrites(run.id, { seq: recorded.length + 1, at, event }, null),
      act: actOfEvent(run, event, foldRun(recorded), at, null),
      answer: undefined,
    };
  });
