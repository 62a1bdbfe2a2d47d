import type { Fleet } from '../../../fleet/agent.ts';
import type { Registry } from '../../../fleet/slots.ts';
import { OpsError } from '../../../ground/errors.ts';
import { digNumber } from '../../../ground/json.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import { fleetOwnership } from '../../../telemetry/traces/fleet-ownership.ts';
import type { TraceBackend } from '../../../telemetry/traces/port.ts';
import { renameScores } from '../../../telemetry/traces/scores.cache.ts';
import { readWaiting, takenWrite, type WaitingGrade } from './grades.journal.ts';
import { scoresOf } from './record-scores.ts';

/** What came of writing scores back to one backend. */
export interface PostingTally {
  readonly backend: string;
  /** Answers whose scores it has now. */
  posted: number;
  /** Answers it would not take the scores of; tried again by a later run. */
  failed: number;
  /** The first thing that went wrong, one sentence; untrusted. Null: nothing. */
  trouble: string | null;
}

const dayMs = 86_400_000;
/** Older grades are history: nobody asked for them to be written back while they were new. */
const postedMs = 7 * dayMs;
const mostAtOnce = 10_000;

/** What is wrong with one grade, and says nothing about the next. */
const isOfOne: ReadonlySet<number | null> = new Set<number | null>([400, 404, 409, 413, 422]);

/**
 * Writes the scores that no backend was told of yet to those their traces came from. What cannot be written is told and tried again by
 * a later run; nothing is ever thrown for what a backend did. Scores count in the cache whatever comes of it.
 */
export const sendScores = async (
  ctx: Context,
  fleet: Fleet,
  registry: Registry<TraceBackend>,
  sources: readonly string[],
): Promise<readonly PostingTally[]> => {
  const journal = await ctx.journal();
  const waiting = await readWaiting(journal, 'is_posted', ctx.clock.now() - postedMs, mostAtOnce);
  const tallies: PostingTally[] = [];
  for (const backend of sources) {
    const tally: PostingTally = { backend, posted: 0, failed: 0, trouble: null };
    tallies.push(tally);
    const slot = fleet.backends[backend];
    const load = slot === undefined ? undefined : registry[slot.kind];
    if (slot === undefined || load === undefined) continue;
    const opened = (await load()).default.open(slot.config, ctx);
    if (opened.postGrade === undefined) {
      tally.trouble = `a backend of kind ${slot.kind} takes no scores`;
      continue;
    }
    for (const grade of waiting.filter(({ source }) => source === backend)) {
      if (ctx.signal.aborted) break;
      const trouble = await sendOne(ctx, fleet, opened, grade);
      if (trouble === null) {
        tally.posted += 1;
        continue;
      }
      tally.failed += 1;
      tally.trouble ??= ctx.secrets.mask(trouble.message);
      if (!isOfOne.has(digNumber(trouble.details, 'status'))) break;
    }
  }
  return tallies;
};

const sendOne = async (ctx: Context, fleet: Fleet, backend: TraceBackend, grade: WaitingGrade): Promise<OpsError | null> => {
  try {
    const ids = (await backend.postGrade?.(grade, ctx.signal)) ?? [];
    const scores = scoresOf(grade).map((score, at) => [score.id, { ...score, id: ids[at] ?? score.id }] as const);
    if (scores.some(([had, { id }]) => had !== id))
      renameScores(await ctx.cache(), fleetOwnership(fleet), { source: grade.source, traceId: grade.traceId, scores });
    await (await ctx.journal()).commit([takenWrite(grade, 'is_posted')]);
    return null;
  } catch (thrown) {
    if (thrown instanceof OpsError && thrown.kind === 'unable') return thrown;
    throw thrown;
  }
};
