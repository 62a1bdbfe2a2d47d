import type { Cache } from '../../ground/store/port.ts';
import { bucketOf, widthUs } from '../../ground/units/window.ts';
import { freezeBefore, prunePayload, pruneSpans, shrinkFile } from '../traces/retention.cache.ts';
import { widenAggregates } from './aggregates.cache.ts';
import { pruneBuckets } from './cells.cache.ts';
import { rebuildPieces } from './rebuild-rollups.ts';

/** How many days back what is kept. Days of rollups are kept for ever. */
export interface Retention {
  readonly payloadDays: number;
  readonly spanDays: number;
  readonly quarterDays: number;
  readonly hourDays: number;
}

export const defaultRetention: Retention = { payloadDays: 7, spanDays: 30, quarterDays: 90, hourDays: 400 };

/** What went. */
export interface Expired {
  readonly traces: number;
  readonly payloads: number;
  /** Cells of statistics, and rows of figures that backends counted themselves. */
  readonly cells: number;
}

const nothingExpired: Expired = { traces: 0, payloads: 0, cells: 0 };

/** Deletes what is past its time, after every bucket that needs it was recomputed. Stopped half-way, the next call goes on. */
export const expireCache = (
  cache: Cache,
  nowUs: number,
  keep: Retention = defaultRetention,
  isStopped: () => boolean = () => false,
): Expired => {
  let expired = nothingExpired;
  for (const soFar of expirePieces(cache, nowUs, keep)) {
    expired = soFar;
    if (isStopped()) break;
  }
  return expired;
};

/** As `expireCache`, one transaction a turn; yields what went so far. */
export function* expirePieces(cache: Cache, nowUs: number, keep: Retention = defaultRetention): Iterable<Expired> {
  const before = (days: number) => (bucketOf('day', nowUs) - days) * widthUs.day;
  let expired = nothingExpired;
  const add = (more: Partial<Expired>): Expired => {
    const { traces = 0, payloads = 0, cells = 0 } = more;
    expired = { traces: expired.traces + traces, payloads: expired.payloads + payloads, cells: expired.cells + cells };
    return expired;
  };
  do for (const _ of rebuildPieces(cache)) yield expired;
  while (!freezeBefore(cache, before(keep.spanDays)));
  for (const payloads of prunePayload(cache, before(keep.payloadDays))) yield add({ payloads });
  for (const traces of pruneSpans(cache)) yield add({ traces });
  // A day is made of its hours and an hour of its quarters as long as its spans are there: parts must outlive them.
  const quarterUs = before(Math.max(keep.quarterDays, keep.spanDays));
  const hourUs = before(Math.max(keep.hourDays, keep.spanDays));
  yield add({ cells: pruneBuckets(cache, 'quarter', quarterUs) + widenAggregates(cache, 'hour', quarterUs) });
  yield add({ cells: pruneBuckets(cache, 'hour', hourUs) + widenAggregates(cache, 'day', hourUs) });
  if (Object.values(expired).some((count) => count > 0)) for (const _ of shrinkFile(cache)) yield expired;
}
