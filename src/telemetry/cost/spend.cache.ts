import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import type { Filter } from '../stats/filter.cache.ts';
import type { Grouping } from '../stats/grouping.ts';
import { type Groups, readGroups, type Split } from '../stats/rollups.cache.ts';

export interface SpendQuery {
  /** Microseconds, by the start of the request that caused the cost. */
  readonly window: Range;
  readonly by: Exclude<Grouping, 'score'>;
  readonly bucket: Exclude<Split, 'quarter'>;
  readonly filter?: Filter;
  /** Only of requests to one of these; for spend by agent. */
  readonly agents?: readonly string[];
}

export interface SpendRow {
  readonly key: string;
  readonly bucketUs: number;
  /** Null where no cost is known. */
  readonly costNanos: number | null;
  /** Calls, by model, provider or tool. */
  readonly requests: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

export interface Spend {
  readonly window: Range;
  readonly basis: Groups['basis'];
  /** Nano-dollars, exact to nine million dollars. */
  readonly totalNanos: number;
  /** Spans with usage whose cost is not known, and which are in no sum. */
  readonly unpriced: number;
  readonly rows: readonly SpendRow[];
}

/** What was spent per bucket and key, in no order. The same total comes out by agent, model, provider, user or any fact of the request. */
export const readSpend = (cache: Cache, { bucket, ...query }: SpendQuery): Spend => {
  const { groups, basis, window } = readGroups(cache, { ...query, split: bucket, sumsOnly: true });
  const rows = groups.map(
    ({ key, bucketUs, cell }): SpendRow => ({
      key,
      bucketUs: bucketUs ?? 0,
      costNanos: (cell.priced ?? 0) === 0 ? null : (cell.cost_nanos ?? null),
      requests: cell.n,
      inputTokens: cell.in_tok ?? 0,
      cachedTokens: cell.cached_tok ?? 0,
      outputTokens: cell.out_tok ?? 0,
    }),
  );
  return {
    window,
    basis,
    totalNanos: rows.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0),
    unpriced: groups.reduce((sum, { cell }) => sum + (cell.unpriced ?? 0), 0),
    rows,
  };
};
