import type { Cache } from '../../ground/store/port.ts';
import { dictionaryOf } from './dictionary.cache.ts';
import { readHorizon } from './horizon.cache.ts';
import type { Ownership } from './ownership.ts';
import { claimsOf, markDirty, settleTrace } from './settle.cache.ts';
import { readScores, readSpans } from './span-rows.cache.ts';

const versionKey = 'ownership';
const tracesPerCommit = 200;

/**
 * Decides again whose every kept span is, where the rules are not those of the last time, and marks what changed for `rebuildRollups`.
 * Rules that look at tags or metadata that no rule looked at before see them only on spans that come from now on. Returns how many
 * traces were looked at; stopped half-way, the next call begins again.
 */
export const reassignOwners = (cache: Cache, ownership: Ownership, isStopped: () => boolean = () => false): number => {
  let seen = 0;
  for (const count of reassignPieces(cache, ownership)) {
    seen += count;
    if (isStopped()) break;
  }
  return seen;
};

/** As `reassignOwners`, one transaction a turn; yields how many traces it looked at. */
export function* reassignPieces(cache: Cache, ownership: Ownership): Iterable<number> {
  const version = cache.all<{ v: string }>('SELECT v FROM meta WHERE k = ?', versionKey)[0]?.v;
  if (version === ownership.version) return;
  for (let after = 0; ; ) {
    const from = after;
    const { count, last } = cache.transact(() => reassignSome(cache, ownership, from));
    if (count === 0) break;
    after = last;
    yield count;
  }
  cache.run('INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)', versionKey, ownership.version);
}

const reassignSome = (cache: Cache, ownership: Ownership, after: number): { readonly count: number; readonly last: number } => {
  const traces = cache.all<{ no: number; source: number; anchor_s: number }>(
    'SELECT no, source, anchor_s FROM trace WHERE no > ? ORDER BY no LIMIT ?',
    after,
    tracesPerCommit,
  );
  const words = dictionaryOf(cache);
  const dirty = new Set<number>();
  const bySource = new Map<number, ReturnType<typeof claimsOf>>();
  for (const { no, source, anchor_s: anchorS } of traces) {
    const claims = bySource.get(source) ?? claimsOf(ownership, words, words.word(source) ?? '');
    bySource.set(source, claims);
    const trace = { stored: readSpans(cache, no), storedScores: readScores(cache, no), isNew: false };
    settleTrace(cache, { no, anchorS }, trace, claims, dirty);
  }
  markDirty(cache, dirty, readHorizon(cache));
  return { count: traces.length, last: traces.at(-1)?.no ?? after };
};
