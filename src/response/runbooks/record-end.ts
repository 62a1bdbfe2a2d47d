import { outboxWrites } from '../../oversight/notify/outbox.journal.ts';
import type { Move } from './next-move.ts';
import type { RunStatus } from './run.ts';
import { endMessage } from './run-message.ts';
import { containMsOf } from './run-result.ts';
import type { Running } from './run-step.ts';
import type { RunFacts } from './runs.journal.ts';
import { stoppedAgents } from './stopped-agents.ts';

/** Leaves a run to a person, who is told. @param step what it is about; null: the run as a whole */
export const leave = (running: Running, status: 'paused' | 'waiting', why: string, step: string | null): Promise<void> =>
  recordStatus(running, status, why, step, null);

/** Ends a run, with what was measured of it, and tells people. Answers how long it took until the traces were silent, ms; null: not measured. */
export const endRun = async (running: Running, { status, why }: Extract<Move, { kind: 'end' }>): Promise<number | null> => {
  const { run, recorder } = running;
  const quietMs = await quietMsOf(running);
  await recordStatus(running, status, why, null, { why, containMs: containMsOf(run, recorder.state()), quietMs });
  return quietMs;
};

const recordStatus = async (
  running: Running,
  status: RunStatus,
  why: string,
  step: string | null,
  facts: RunFacts | null,
): Promise<void> => {
  const { ctx, run, recorder, fleet, channels } = running;
  const mask = (text: string) => ctx.secrets.mask(text);
  const message = endMessage(run, recorder.state(), fleet, { status, why, step });
  // The same stop told twice is one message; a later one has more events before it.
  const dedupKey = `${run.id}/${status}/${recorder.state().events}`;
  await recorder.record(
    { kind: 'status', status, why: mask(why), step },
    (at) => ({
      writes: outboxWrites(
        channels.map((channel) => ({ channel, dedupKey, message })),
        { at, mask },
      ),
      acts: [],
    }),
    facts ?? undefined,
  );
};

/**
 * From the start until the last of the agents that it stopped fell silent; null where one did not, or nobody can tell. What lets some
 * requests through leaves nothing silent, and is not waited for.
 */
const quietMsOf = async ({ ctx, aids, run, recorder, on }: Running): Promise<number | null> => {
  const agents = stoppedAgents(run.plan, recorder.state());
  if (aids.quietSince === undefined || agents.length === 0) return null;
  const moments = await Promise.all(
    agents.map((agent) => aids.quietSince?.(agent, (why, ms) => on({ kind: 'quiet', agent, ms, why }), ctx.signal) ?? null),
  );
  const known = moments.filter((at) => at !== null);
  return known.length < moments.length ? null : Math.max(0, Math.max(...known) - run.startedAt);
};
