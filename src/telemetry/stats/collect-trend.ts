import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { whyOutOfReach } from '../../ground/store/out-of-reach.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { readMarks } from '../traces/marks.journal.ts';
import type { Mark } from '../traces/release-change.ts';
import { type Coverage, readFreshness, sumOf } from './figures.cache.ts';
import { type Counted, type Figures, figuresOf, pricedShareOf } from './figures.ts';
import type { Filter } from './filter.cache.ts';
import { openFreshCache } from './open-fresh-cache.ts';
import { readToldBuckets } from './read-fleet-figures.ts';
import { groupedBy } from './rollup.ts';
import { readGroups, type Split, splitStart } from './rollups.cache.ts';

export interface TrendQuery {
  readonly windowMs: number;
  /** Null: as fits the window. */
  readonly split: Split | null;
  readonly filter: Filter;
}

/** Every figure over time, and what was noted in that time. */
export interface Trend {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly windowMs: number;
  readonly window: Range;
  readonly split: Split;
  readonly filter: readonly string[];
  readonly basis: 'rollups' | 'scan' | 'both';
  readonly coverage: Coverage;
  /** Every bucket of the window, also those without a request. */
  readonly points: readonly { readonly bucketUs: number; readonly figures: Figures }[];
  readonly whole: Figures;
  readonly marks: readonly Mark[];
  /** Why a journal that a team shares could not be asked for marks; null: it was. */
  readonly journalTrouble: string | null;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * The figures of each bucket of a window, of all requests that pass the filter together; with what backends counted themselves, where
 * nothing but an agent is filtered by.
 */
export const collectTrend = async (ctx: Context, fleet: Fleet, { windowMs, split: wanted, filter }: TrendQuery): Promise<Trend> => {
  const cache = await openFreshCache(ctx);
  const now = ctx.clock.now();
  const asked = { fromUs: (now - windowMs) * 1000, toUs: now * 1000 };
  const { agent = null, ...others } = filter;
  const toldIn = (grain: Split) =>
    Object.keys(others).length > 0 ? [] : readToldBuckets(cache, fleet, { window: asked, agent }, (us) => splitStart(grain, us));
  // Backends count by the hour, mostly.
  const finest = toldIn('hour').length > 0 ? 'hour' : 'quarter';
  const split = wanted ?? (windowMs <= dayMs ? finest : windowMs <= 7 * dayMs ? 'hour' : 'day');
  // All together they come out of whatever cells there are fewest of; quarters are kept by agent alone.
  const by = split !== 'quarter' && Object.keys(others).length === 0 ? 'env' : 'agent';
  const { groups, basis, window } = readGroups(cache, { window: asked, by, filter, split });
  const counted = [...groups.map(({ bucketUs, cell }) => ({ bucketUs: bucketUs ?? 0, cell })), ...toldIn(split)];
  const cells = groupedBy(counted, ({ bucketUs }) => bucketUs);
  const of = (found: readonly { readonly cell: Counted }[] | undefined) => figuresOf(sumOf((found ?? []).map(({ cell }) => cell)), null);
  const whole = of(counted);
  const width = split === 'week' ? 7 * widthUs.day : widthUs[split];
  const points = [];
  for (let bucketUs = splitStart(split, window.fromUs); bucketUs < window.toUs; bucketUs += width)
    points.push({ bucketUs, figures: of(cells.get(bucketUs)) });
  return {
    fleet: fleet.name,
    generatedAt: now,
    windowMs,
    window,
    split,
    filter: Object.entries(filter).map(([key, value]) => `${key === 'promptVersion' ? 'prompt-version' : key}=${value}`),
    basis,
    coverage: { pricedShare: pricedShareOf(of(groups)), ...readFreshness(cache) },
    points,
    whole,
    ...(await recallMarks(ctx, fleet, { since: window.fromUs / 1000, agent: filter.agent ?? null })),
  };
};

/** The figures are this machine's own: they are told without what the team noted, where that is out of reach. */
const recallMarks = async (
  ctx: Context,
  { database }: Fleet,
  asked: { readonly since: number; readonly agent: string | null },
): Promise<Pick<Trend, 'marks' | 'journalTrouble'>> => {
  try {
    return { marks: await readMarks(await ctx.journal(), asked), journalTrouble: null };
  } catch (thrown) {
    const journalTrouble = whyOutOfReach(thrown, database !== null);
    if (journalTrouble === null) throw thrown;
    return { marks: [], journalTrouble };
  }
};
