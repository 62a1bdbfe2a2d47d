import type { Fleet } from '../../../fleet/agent.ts';
import type { Cache, Journal } from '../../../ground/store/port.ts';
import { fleetOwnership } from '../../../telemetry/traces/fleet-ownership.ts';
import type { Score } from '../../../telemetry/traces/span.ts';
import { upsertPage } from '../../../telemetry/traces/spans.cache.ts';
import { readWaiting, rememberedMs, takenWrite, type WaitingGrade } from './grades.journal.ts';
import type { Grading } from './start-grading.ts';

const atOnce = 500;

/** Who graded, as scores in the cache say it. */
export const scoreOrigin = 'agentops';

/**
 * Takes the scores that wait in the journal into the cache, where they count for the quality of their agents. Doing so twice changes
 * nothing, so that a kill between the two loses none and doubles none.
 */
export const recordScores = async (fleet: Fleet, cache: Cache, journal: Journal, { commit }: Grading, now: number): Promise<void> => {
  const ownership = fleetOwnership(fleet);
  for (;;) {
    const waiting = await readWaiting(journal, 'is_kept', now - rememberedMs, atOnce);
    if (waiting.length === 0) return;
    for (const source of new Set(waiting.map((grade) => grade.source))) {
      const scores = waiting.filter((grade) => grade.source === source).flatMap(scoresOf);
      upsertPage(cache, ownership, { source, spans: [], scores });
    }
    await commit(waiting.map((grade) => takenWrite(grade, 'is_kept')));
  }
};

/** The scores of an answer as the cache keeps them. */
export const scoresOf = ({ traceId, spanId, at, scores }: WaitingGrade): readonly Score[] =>
  scores.map(({ id, name, value }) => ({
    id,
    traceId,
    spanId,
    name,
    value,
    label: null,
    source: scoreOrigin,
    atUs: at * 1000,
    updatedUs: at * 1000,
  }));
