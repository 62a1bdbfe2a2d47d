import type { Range } from '../../ground/units/window.ts';
import type { Coverage } from '../stats/figures.cache.ts';
import type { Grouping } from '../stats/grouping.ts';
import type { BudgetUse, Forecast } from './budget.ts';
import type { SpendRow } from './spend.cache.ts';

/** All buckets of one key together. Nano-dollars. */
export interface Spender {
  readonly key: string;
  /** Null where no cost is known. */
  readonly costNanos: number | null;
  /** Of the window of the same length before; null: nothing was known then. */
  readonly beforeNanos: number | null;
  /** Of each bucket of the window, oldest first. */
  readonly trendNanos: readonly number[];
  readonly requests: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** The answer of `agentops cost`. */
export interface CostReport {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly windowMs: number;
  readonly window: Range;
  readonly by: Exclude<Grouping, 'score'>;
  readonly bucket: 'hour' | 'day' | 'week';
  /** The filter in words, `key=value`; empty: none. */
  readonly filter: readonly string[];
  readonly basis: 'rollups' | 'scan' | 'both';
  readonly coverage: Coverage;
  /** Exactly the sum of `rows`, and of `spenders`. */
  readonly totalNanos: number;
  readonly beforeNanos: number;
  /** Spans with usage whose cost is not known, and which are in no sum. */
  readonly unpriced: number;
  readonly rows: readonly SpendRow[];
  /** Who spent most comes first. */
  readonly spenders: readonly Spender[];
  readonly month: { readonly spentNanos: number; readonly forecast: Forecast | null };
  readonly budgets: readonly BudgetUse[];
}

/** A model of which calls have no known cost. */
export interface UnpricedModel {
  readonly model: string;
  readonly calls: number;
  readonly priced: number;
  readonly unpriced: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The answer of `agentops cost --unpriced`. */
export interface UnpricedReport {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly windowMs: number;
  readonly window: Range;
  readonly coverage: CostReport['coverage'];
  readonly models: readonly UnpricedModel[];
}
