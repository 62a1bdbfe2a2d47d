import type { Cache } from '../../ground/store/port.ts';
import { bucketOf } from '../../ground/units/window.ts';
import type { Dictionary } from './dictionary.cache.ts';
import { markBucket } from './dirty.cache.ts';
import type { Claim, Ownership } from './ownership.ts';
import { digestTrace, type RunFacts } from './runs.ts';
import { noRun } from './score-runs.ts';
import {
  type RunOwner,
  readRunOwners,
  type StoredScore,
  type StoredSpan,
  type TracePlace,
  writePlace,
  writeRuns,
  writeScore,
  writeSpan,
} from './span-rows.cache.ts';

/** What the rules say, as numbers of the dictionary, each asked once. */
export interface Claims {
  of(labels: number): Claim<number>;
  quality(agent: number): number;
}

/** The claims of one source's spans, for one transaction. */
export const claimsOf = (ownership: Ownership, words: Dictionary, source: string): Claims => {
  const known = new Map<number, Claim<number>>();
  const agentNumber = (agent: string | null) => (agent === null ? null : words.number('agent', agent));
  return {
    of: (labels) => {
      const found = known.get(labels);
      if (found !== undefined) return found;
      const { bound, named, placed } = ownership.claimOf(words.word(labels) ?? '[]', source);
      const claim = { bound: agentNumber(bound), named: agentNumber(named), placed: agentNumber(placed) };
      known.set(labels, claim);
      return claim;
    },
    quality: (agent) => words.number('score', ownership.qualityOf(words.word(agent))),
  };
};

/** All that is known of a trace, what just came included. */
export interface OpenTrace {
  readonly stored: ReadonlyMap<string, StoredSpan>;
  readonly storedScores: ReadonlyMap<string, StoredScore>;
  readonly isNew: boolean;
}

/**
 * Derives a trace again, writes what came or came out differently, and notes the buckets of its requests, as they were and as they are.
 * Returns how many of the scores that came grade nothing.
 */
export const settleTrace = (cache: Cache, place: TracePlace, trace: OpenTrace, claims: Claims, dirty: Set<number>): number => {
  const spans = [...trace.stored.values()];
  const scores = [...trace.storedScores.values()];
  const facts = spans.map((span) => span.facts);
  const digest =
    facts.length === 0
      ? { runOf: [], counts: [], runOfScore: scores.map(() => 0), runs: [] }
      : digestTrace(
          facts,
          facts.map((span) => claims.of(span.labels)),
          scores.map((score) => score.facts),
          claims.quality,
        );
  let [isSame, idle] = [true, 0];
  for (const [at, span] of spans.entries()) {
    const runNo = digest.runOf[at] ?? 0;
    const counts = digest.counts[at] ?? false;
    if (!span.isFresh && runNo === span.runNo && counts === span.counts) continue;
    if (span.isFresh) writeSpan(cache, place, { facts: span.facts, runNo, counts });
    else writePlace(cache, place.no, { facts: span.facts, runNo, counts });
    isSame = false;
  }
  for (const [at, score] of scores.entries()) {
    const runNo = digest.runOfScore[at] ?? 0;
    if (!score.isFresh && runNo === score.runNo) continue;
    if (score.isFresh && runNo === noRun) idle += 1;
    writeScore(cache, place.no, { facts: score.facts, runNo });
    isSame = false;
  }
  const old = trace.isNew ? [] : readRunOwners(cache, place.no);
  if (isSame && areOwnedAlike(old, digest.runs)) return idle;
  for (const { start_us } of old) dirty.add(bucketOf('quarter', start_us));
  for (const { startUs } of digest.runs) dirty.add(bucketOf('quarter', startUs));
  writeRuns(cache, place.no, digest.runs, old.length);
  return idle;
};

/** With the same spans and scores, a request can only differ in what the rules decide. */
const areOwnedAlike = (old: readonly RunOwner[], runs: readonly RunFacts[]): boolean =>
  old.length === runs.length &&
  runs.every(
    ({ agent, qualityN, qualityMicro }, at) =>
      agent === old[at]?.agent && qualityN === old[at]?.quality_n && qualityMicro === old[at]?.quality_micro,
  );

/** Buckets before the horizon are frozen: their spans are gone, so they could only come out wrong. */
export const markDirty = (cache: Cache, buckets: Iterable<number>, horizonUs: number): void => {
  const frozen = bucketOf('quarter', horizonUs);
  for (const bucket of buckets) if (bucket >= frozen) markBucket(cache, 'quarter', bucket);
};
