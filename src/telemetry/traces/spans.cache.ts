import type { Cache } from '../../ground/store/port.ts';
import { dictionaryOf, dims } from './dictionary.cache.ts';
import { factsOf, type PricedSpan, scoreFactsOf, supersedes, supersedesScore } from './facts.ts';
import { readHorizon } from './horizon.cache.ts';
import { packId, type StoredId } from './identifier.ts';
import { noteLateRuns, noteLateSpan } from './late.cache.ts';
import type { TextKeeper } from './load-text-keeper.ts';
import type { Ownership } from './ownership.ts';
import type { SpanFacts } from './runs.ts';
import { noRun } from './score-runs.ts';
import { claimsOf, markDirty, settleTrace } from './settle.cache.ts';
import type { Score } from './span.ts';
import { readScores, readSpans, type StoredScore, type StoredSpan, type TracePlace } from './span-rows.cache.ts';
import { dropToldFigures } from './told-figures.cache.ts';

/** What one read of a source brought. */
export interface SpanPage {
  readonly source: string;
  readonly spans: readonly PricedSpan[];
  readonly scores: readonly Score[];
  /** The agent whose token the spans came with: they are nobody else's. */
  readonly boundAgent?: string | null;
  /** How far the source is read now; kept in the same transaction. */
  readonly progress?: SyncProgress;
  /** Makes what was asked and answered fit to be kept (`capture: io`); without it no text is. */
  readonly keepText?: TextKeeper | null;
}

export interface SyncProgress {
  /** Where to go on; null when a whole window was read. */
  readonly cursor: string | null;
  /** Everything that started before this was read; microseconds; null: not known yet, or never, as where agents send by themselves. */
  readonly highUs: number | null;
  /** When it was read, or sent by itself; microseconds. */
  readonly syncedUs: number;
}

export interface PageResult {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Of requests older than what the cache still keeps single spans of. */
  readonly tooOld: number;
  /** Of spans that came with the token of another agent: what its holder said is not rewritten. */
  readonly foreign: number;
  /** Of scores on requests of another agent than the one whose token they came with: they grade nothing. */
  readonly foreignScores: number;
  /** Traces that were not known before. */
  readonly traces: number;
  readonly scores: number;
}

/**
 * Takes one page into the cache in one transaction: of two versions of a span the newer stays, its whole trace is nested, owned and
 * counted again, and the buckets of every request that changed are marked for `rebuildRollups`. Repeating a page changes nothing.
 */
export const upsertPage = (cache: Cache, ownership: Ownership, page: SpanPage): PageResult =>
  cache.transact(() => {
    const writer = openWriter(cache, ownership, page);
    for (const [traceId, group] of groupByTrace(page)) writer.take(traceId, group.spans, group.scores);
    return writer.finish();
  });

interface Group {
  readonly spans: PricedSpan[];
  readonly scores: Score[];
}

const groupByTrace = ({ spans, scores }: SpanPage): ReadonlyMap<string, Group> => {
  const groups = new Map<string, Group>();
  const groupOf = (traceId: string): Group => {
    const known = groups.get(traceId);
    if (known !== undefined) return known;
    const made = { spans: [], scores: [] };
    groups.set(traceId, made);
    return made;
  };
  for (const span of spans) groupOf(span.traceId).spans.push(span);
  for (const score of scores) groupOf(score.traceId).scores.push(score);
  return groups;
};

const openWriter = (cache: Cache, ownership: Ownership, page: SpanPage) => {
  const words = dictionaryOf(cache);
  const source = words.number('source', page.source);
  const claims = claimsOf(ownership, words, page.source);
  const labels = new Map<string, number>();
  const bound = page.boundAgent ?? null;
  const boundNumber = bound === null ? null : words.number('agent', bound);
  const isAnothers = (old: StoredSpan): boolean =>
    boundNumber !== null && (claims.of(old.facts.labels).bound ?? boundNumber) !== boundNumber;
  const labelsOf = (span: PricedSpan): number => {
    const { traceName, serviceName, agentName, environment, tags, metadata } = span;
    const isPlain = tags.length === 0 && Object.keys(metadata).length === 0;
    if (!isPlain) return words.number('labels', ownership.labelsOf(span, bound));
    const key = `${traceName}\n${serviceName}\n${agentName}\n${environment}`;
    const known = labels.get(key);
    if (known !== undefined) return known;
    const number = words.number('labels', ownership.labelsOf(span, bound));
    labels.set(key, number);
    return number;
  };
  const keepText = page.keepText ?? null;
  const syncedUs = page.progress?.syncedUs ?? null;
  const horizonUs = readHorizon(cache);
  const dirty = new Set<number>();
  const result = { added: 0, changed: 0, unchanged: 0, tooOld: 0, foreign: 0, foreignScores: 0, traces: 0, scores: 0 };

  const take = (traceId: string, spans: readonly PricedSpan[], scores: readonly Score[]): void => {
    const packed = packId(traceId);
    const known = findTrace(cache, source, packed);
    if (known === undefined && spans.every(({ startUs }) => startUs < horizonUs) && scores.every(({ atUs }) => atUs < horizonUs)) {
      result.tooOld += spans.length;
      return;
    }
    const stored = known === undefined ? new Map<string, StoredSpan>() : readSpans(cache, known.no);
    const storedScores = known === undefined ? new Map<string, StoredScore>() : readScores(cache, known.no);
    const came: (readonly [SpanFacts, SpanFacts | undefined])[] = [];
    let fresh = 0;
    for (const span of spans) {
      const facts = factsOf(span, labelsOf(span), words.number);
      const old = stored.get(facts.id);
      if (old !== undefined && isAnothers(old)) {
        result.foreign += 1;
        continue;
      }
      if (old !== undefined && !supersedes(facts, old.facts)) {
        result.unchanged += 1;
        continue;
      }
      came.push([facts, old?.facts]);
      if (old === undefined) result.added += 1;
      else result.changed += 1;
      stored.set(facts.id, { facts, runNo: 0, counts: false, isFresh: true });
      fresh += 1;
    }
    let freshScores = 0;
    for (const score of scores) {
      const facts = scoreFactsOf(score, bound, words.number);
      const old = storedScores.get(facts.id);
      if (old !== undefined && !supersedesScore(facts, old.facts)) {
        if (old.runNo === noRun) result.foreignScores += 1;
        continue;
      }
      storedScores.set(facts.id, { facts, runNo: 0, isFresh: true });
      freshScores += 1;
    }
    if (fresh + freshScores === 0) return;
    if (known === undefined) result.traces += 1;
    if (known !== undefined && syncedUs !== null && fresh > 0 && noteLateRuns(cache, known.no, syncedUs))
      for (const [facts, old] of came) noteLateSpan(cache, known.no, facts, old);
    const place = known ?? addTrace(cache, source, packed, spans[0]?.startUs ?? scores[0]?.atUs ?? 0);
    const idle = settleTrace(cache, place, { stored, storedScores, isNew: known === undefined }, claims, dirty);
    result.foreignScores += idle;
    result.scores += freshScores - idle;
    if (keepText === null) return;
    for (const span of spans) if (stored.get(span.spanId)?.isFresh === true) keepTexts(cache, place.no, span, keepText);
  };

  const finish = (): PageResult => {
    markDirty(cache, dirty, horizonUs);
    dropToldFigures(cache, source, dirty);
    if (page.progress !== undefined) writeProgress(cache, source, page.progress);
    return result;
  };
  return { take, finish };
};

const findTrace = (cache: Cache, source: number, traceId: StoredId): TracePlace | undefined => {
  const sql = 'SELECT no, anchor_s FROM trace WHERE source = ? AND trace_id = ?';
  const found = cache.all<{ no: number; anchor_s: number }>(sql, source, traceId)[0];
  return found === undefined ? undefined : { no: found.no, anchorS: found.anchor_s };
};

const addTrace = (cache: Cache, source: number, traceId: StoredId, firstUs: number): TracePlace => {
  const anchorS = Math.floor(firstUs / 1_000_000);
  const sql = 'INSERT INTO trace (source, trace_id, anchor_s) VALUES (?, ?, ?) RETURNING no';
  return { no: cache.all<{ no: number }>(sql, source, traceId, anchorS)[0]?.no ?? 0, anchorS };
};

const keepTexts = (cache: Cache, traceNo: number, span: PricedSpan, keepText: TextKeeper): void => {
  const { spanId, input, output, statusMessage } = span;
  if (input === null && output === null && statusMessage === null) return;
  const kept = (text: string | null) => (text === null ? null : keepText(text));
  const body = JSON.stringify({ input: kept(input), output: kept(output), message: kept(statusMessage) });
  cache.run('INSERT OR REPLACE INTO payload (trace_no, span_id, body) VALUES (?, ?, ?)', traceNo, packId(spanId), body);
};

const writeProgress = (cache: Cache, source: number, { cursor, highUs, syncedUs }: SyncProgress): void => {
  cache.run('INSERT OR REPLACE INTO sync_state (source, cursor, high_us, synced_us) VALUES (?, ?, ?, ?)', source, cursor, highUs, syncedUs);
};

/**
 * Notes which sources are to be read, before they are asked: one that never answers must not look as if it were not there. What is no
 * longer asked, and never answered, is forgotten.
 */
export const expectSources = (cache: Cache, sources: readonly string[]): void =>
  cache.transact(() => {
    const words = dictionaryOf(cache);
    const numbers = sources.map((source) => words.number('source', source));
    cache.run(`DELETE FROM sync_state WHERE synced_us IS NULL AND source NOT IN (${numbers.join(', ')})`);
    for (const number of numbers) cache.run('INSERT OR IGNORE INTO sync_state (source) VALUES (?)', number);
  });

/** How far a source was read; null: never. */
export const readProgress = (cache: Cache, source: string): SyncProgress | null => {
  const found = cache.all<{ cursor: string | null; high_us: number | null; synced_us: number | null }>(
    'SELECT cursor, high_us, synced_us FROM sync_state JOIN dict ON dict.id = source WHERE dict.dim = ? AND dict.word = ?',
    dims.source,
    source,
  )[0];
  if (found === undefined || found.synced_us === null) return null;
  return { cursor: found.cursor, highUs: found.high_us, syncedUs: found.synced_us };
};
