import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { readFigures, readFreshness } from '../stats/figures.cache.ts';
import type { Filter } from '../stats/filter.cache.ts';
import { openFreshCache } from '../stats/open-fresh-cache.ts';
import { readGroups, splitStart } from '../stats/rollups.cache.ts';
import { monthOf } from './budget.ts';
import type { CostReport, Spender, UnpricedReport } from './cost-report.ts';
import { dayOf, firstDayLearned, monthSoFar, sumByAgent, wholeDaysOf } from './month-so-far.ts';
import { readFleetSpend } from './read-spend.ts';
import type { SpendRow } from './spend.cache.ts';
import { addCosts } from './sum-of-costs.ts';

export interface CostQuery {
  readonly windowMs: number;
  readonly by: CostReport['by'];
  /** Null: as fits the window. */
  readonly bucket: CostReport['bucket'] | null;
  readonly filter: Filter;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What was spent in a window by whom, how that compares with the window before, and what the month comes to. */
export const collectCost = async (ctx: Context, fleet: Fleet, query: CostQuery): Promise<CostReport> => {
  const { windowMs, by, filter } = query;
  const cache = await openFreshCache(ctx);
  const now = ctx.clock.now();
  const window = { fromUs: (now - windowMs) * 1000, toUs: now * 1000 };
  const bucket = query.bucket ?? (windowMs <= 2 * dayMs ? 'hour' : windowMs <= 60 * dayMs ? 'day' : 'week');
  const spend = readFleetSpend(cache, fleet, { window, by, bucket, filter });
  const before = readFleetSpend(cache, fleet, {
    window: { fromUs: window.fromUs - windowMs * 1000, toUs: window.fromUs },
    by,
    bucket,
    filter,
  });
  return {
    fleet: fleet.name,
    generatedAt: now,
    windowMs,
    window: spend.window,
    by,
    bucket,
    filter: Object.entries(filter).map(([key, value]) => `${key === 'promptVersion' ? 'prompt-version' : key}=${value}`),
    basis: spend.basis,
    coverage: readCoverage(cache, window, filter),
    totalNanos: spend.totalNanos,
    beforeNanos: before.totalNanos,
    unpriced: spend.unpriced,
    rows: spend.rows,
    spenders: spendersOf(spend.rows, before.rows, bucketsOf(spend.window, bucket)),
    ...readMonth(cache, fleet, filter, now),
  };
};

/** Starts of the buckets of a window. */
const bucketsOf = ({ fromUs, toUs }: Range, bucket: CostReport['bucket']): readonly number[] => {
  const width = bucket === 'week' ? 7 * widthUs.day : widthUs[bucket];
  const starts: number[] = [];
  for (let at = splitStart(bucket, fromUs); at < toUs; at += width) starts.push(at);
  return starts;
};

const spendersOf = (rows: readonly SpendRow[], before: readonly SpendRow[], buckets: readonly number[]): readonly Spender[] => {
  const position = new Map(buckets.map((start, at) => [start, at]));
  const past = new Map<string, number>();
  for (const { key, costNanos } of before) if (costNanos !== null) past.set(key, (past.get(key) ?? 0) + costNanos);
  const spenders = new Map<string, Spender & { readonly trendNanos: number[] }>();
  for (const row of rows) {
    const known = spenders.get(row.key) ?? {
      ...{ key: row.key, costNanos: null, beforeNanos: past.get(row.key) ?? null, trendNanos: buckets.map(() => 0) },
      ...{ requests: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
    };
    const at = position.get(row.bucketUs);
    if (at !== undefined) known.trendNanos[at] = (known.trendNanos[at] ?? 0) + (row.costNanos ?? 0);
    spenders.set(row.key, {
      ...known,
      costNanos: addCosts(known.costNanos, row.costNanos),
      requests: known.requests + row.requests,
      inputTokens: known.inputTokens + row.inputTokens,
      cachedTokens: known.cachedTokens + row.cachedTokens,
      outputTokens: known.outputTokens + row.outputTokens,
    });
  }
  return [...spenders.values()].sort((a, b) => (b.costNanos ?? 0) - (a.costNanos ?? 0) || (a.key < b.key ? -1 : 1));
};

const readCoverage = (cache: Cache, window: Range, filter: Filter): CostReport['coverage'] => {
  let [priced, unpriced] = [0, 0];
  for (const { cell } of readGroups(cache, { window, by: 'agent', filter, sumsOnly: true }).groups) {
    priced += cell.priced ?? 0;
    unpriced += cell.unpriced ?? 0;
  }
  const all = priced + unpriced;
  return { pricedShare: all === 0 ? null : priced / all, ...readFreshness(cache) };
};

/** The month so far and the budgets it is held against: those of the fleet, or of the one agent that is looked at. */
const readMonth = (cache: Cache, fleet: Fleet, filter: Filter, now: number): Pick<CostReport, 'month' | 'budgets'> => {
  const read = (fromMs: number, bucket: 'hour' | 'day') =>
    readFleetSpend(cache, fleet, { window: { fromUs: fromMs * 1000, toUs: now * 1000 }, by: 'agent', bucket, filter }).rows;
  const daily = read(firstDayLearned(now), 'day');
  return monthSoFar(fleet, filter, {
    now,
    hour: sumByAgent(read(now - hourMs, 'hour'), 0),
    day: sumByAgent(daily, dayOf(now)),
    month: sumByAgent(daily, monthOf(now).fromMs),
    wholeDays: wholeDaysOf(daily, now),
  });
};

/** Models of which calls have no known cost, most calls first. */
export const collectUnpriced = async (
  ctx: Context,
  fleet: Fleet,
  { windowMs, filter }: Pick<CostQuery, 'windowMs' | 'filter'>,
): Promise<UnpricedReport> => {
  const cache = await openFreshCache(ctx);
  const now = ctx.clock.now();
  const asked = { fromUs: (now - windowMs) * 1000, toUs: now * 1000 };
  const { rows, window } = readFigures(cache, { window: asked, by: 'model', filter });
  return {
    fleet: fleet.name,
    generatedAt: now,
    windowMs,
    window,
    coverage: readCoverage(cache, asked, filter),
    models: rows
      .filter(({ unpriced }) => unpriced > 0)
      .map(({ key, requests, priced, unpriced, inputTokens, outputTokens }) => ({
        ...{ model: key, calls: requests, priced, unpriced },
        ...{ inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0 },
      }))
      .sort((a, b) => b.unpriced - a.unpriced),
  };
};
