import type { Cache } from '../../ground/store/port.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { countMarked } from '../traces/dirty.cache.ts';
import { newRunCell } from './cell.ts';
import { type Counted, type Figures, figuresOf, pricedShareOf } from './figures.ts';
import type { Filter } from './filter.cache.ts';
import type { Grouping } from './grouping.ts';
import { type GroupQuery, type Groups, grainsOf, readGroups } from './rollups.cache.ts';
import { shownSums } from './sums.cache.ts';

export interface FigureQuery {
  /** Microseconds, by the start of the request. */
  readonly window: Range;
  readonly by: Grouping;
  readonly filter?: Filter;
}

export interface Coverage {
  /** Of spans with usage, the share whose cost is known; null where none has usage. */
  readonly pricedShare: number | null;
  /** When the source that is longest behind was read, microseconds; null: none was, or one never answered. */
  readonly syncedUs: number | null;
  /** Sources that were asked and never answered. */
  readonly unread: readonly string[];
  /** Buckets that changed and were not recomputed yet: these figures do not know of it. */
  readonly pending: number;
}

export interface FigureTable {
  readonly window: Range;
  readonly by: Grouping;
  readonly basis: Groups['basis'];
  readonly coverage: Coverage;
  /** All requests that pass the filter, whatever the grouping. */
  readonly totals: Figures;
  /** Most requests first. */
  readonly rows: readonly ({ readonly key: string } & Figures)[];
}

/** How far back a cost is compared with. */
export const baselineUs = 7 * widthUs.day;

/** The figures of a window by one key, each with its cost held against the seven days before its first whole bucket. Run `rebuildRollups` first. */
export const readFigures = (cache: Cache, { window, by, filter }: FigureQuery): FigureTable => {
  const query = { by, ...(filter === undefined ? {} : { filter }) };
  const now = readGroups(cache, { ...query, window });
  const past = baselineOf(now.window, by);
  const before = new Map(readGroups(cache, { ...query, window: past, sumsOnly: true }).groups.map(({ key, cell }) => [key, cell]));
  const rows = now.groups
    .map(({ key, cell }) => ({ key, ...figuresOf(cell, before.get(key) ?? null) }))
    .sort((a, b) => b.requests - a.requests || (b.costNanos ?? 0) - (a.costNanos ?? 0) || (a.key < b.key ? -1 : 1));
  const isWhole = isEveryRequest(by, filter);
  const totals = isWhole ? now.groups.map(({ cell }) => cell) : totalCells(cache, { window: now.window, ...query });
  const totalBefore = isWhole ? [...before.values()] : totalCells(cache, { window: past, ...query, sumsOnly: true });
  const total = figuresOf(sumOf(totals), sumOf(totalBefore));
  return {
    window: now.window,
    by,
    basis: now.basis,
    coverage: { pricedShare: pricedShareOf(total), ...readFreshness(cache) },
    totals: total,
    rows,
  };
};

/** Whole buckets only: single requests would be read for nothing that a multiple shows. */
const baselineOf = ({ fromUs }: Range, by: Grouping): Range => {
  const width = widthUs[grainsOf(by)[0] ?? 'day'];
  const toUs = Math.floor(fromUs / width) * width;
  return { fromUs: toUs - baselineUs, toUs };
};

/** Groupings that every request is in once, with all its figures: cells of users have no time to first token. */
const ofRequests: ReadonlySet<Grouping> = new Set(['agent', 'task', 'env', 'release', 'prompt-version', 'error', 'caller']);

const isEveryRequest = (by: Grouping, { model, provider, tool }: Filter = {}): boolean =>
  by === 'agent' || (ofRequests.has(by) && model === undefined && provider === undefined && tool === undefined);

const totalCells = (cache: Cache, query: GroupQuery): readonly Counted[] =>
  readGroups(cache, { ...query, by: 'agent' }).groups.map(({ cell }) => cell);

/** Cells of requests as one. */
export const sumOf = (cells: readonly Counted[]): Counted => {
  const total = newRunCell();
  for (const cell of cells) {
    for (const name of shownSums) total[name] += cell[name] ?? 0;
    total.steps_max = Math.max(total.steps_max, cell.steps_max ?? 0);
    for (const name of ['h_dur', 'h_ttft'] as const)
      for (const [bin, count] of cell[name] ?? []) total[name].set(bin, (total[name].get(bin) ?? 0) + count);
  }
  return total;
};

/**
 * Up to when the source that is longest behind is known, microseconds: where a read was cut off, not when that was, but how far it came.
 * Where agents send by themselves and nothing is read, when the last of them did. Null: nothing ever came, or a source never answered.
 */
export const readSynced = (cache: Cache): number | null => readSources(cache).us;

const readSources = (cache: Cache): { readonly us: number | null; readonly unread: string | null } =>
  cache.all<{ us: number | null; unread: string | null }>(
    `SELECT CASE WHEN COUNT(*) = COUNT(synced_us)
         THEN COALESCE(MIN(MIN(synced_us, high_us)), MAX(synced_us) FILTER (WHERE cursor IS NULL)) END AS us,
       group_concat(word, char(10)) FILTER (WHERE synced_us IS NULL) AS unread
     FROM sync_state JOIN dict ON dict.id = source`,
  )[0] ?? { us: null, unread: null };

/** How far figures can be trusted to be whole: see `Coverage`. */
export const readFreshness = (cache: Cache): Omit<Coverage, 'pricedShare'> => {
  const { us, unread } = readSources(cache);
  return { syncedUs: us, unread: unread === null ? [] : unread.split('\n').sort(), pending: countMarked(cache) };
};
