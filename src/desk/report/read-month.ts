import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { type BudgetUse, monthOf } from '../../telemetry/cost/budget.ts';
import { dayOf, firstDayLearned, monthSoFar, wholeDaysOf } from '../../telemetry/cost/month-so-far.ts';
import { readFleetSpend, readSpentByAgent } from '../../telemetry/cost/read-spend.ts';
import type { Trend } from '../../telemetry/stats/collect-trend.ts';
import type { Filter } from '../../telemetry/stats/filter.cache.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import type { ReportedMonth } from './report.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How the month goes, and every budget with what is used of it. @param trend of the same agents: its days are not read again */
export const readMonth = async (
  ctx: Context,
  fleet: Fleet,
  { filter, trend }: { readonly filter: Pick<Filter, 'agent'>; readonly trend: Trend },
): Promise<{ readonly month: ReportedMonth; readonly budgets: readonly BudgetUse[] }> => {
  const cache = await openFreshCache(ctx);
  const now = ctx.clock.now();
  const since = (fromMs: number) => ({ fromUs: fromMs * 1000, toUs: now * 1000 });
  const learned = firstDayLearned(now);
  const isInTrend = trend.split === 'day' && trend.window.fromUs <= learned * 1000;
  const days = isInTrend
    ? trend.points.map(({ bucketUs, figures }) => ({ bucketUs, costNanos: figures.costNanos }))
    : summed(readFleetSpend(cache, fleet, { window: since(learned), by: 'env', bucket: 'day', filter }).rows);
  const { fromMs, toMs } = monthOf(now);
  const spent = (fromMs: number) => readSpentByAgent(cache, fleet, since(fromMs), filter);
  const { month, budgets } = monthSoFar(fleet, filter, {
    now,
    hour: spent(now - hourMs),
    day: spent(dayOf(now)),
    month: spent(fromMs),
    wholeDays: wholeDaysOf(
      days.filter(({ bucketUs, costNanos }) => bucketUs >= learned * 1000 && costNanos !== null),
      now,
    ),
  });
  const dailyNanos = new Array<number>(Math.floor((now - fromMs) / dayMs) + 1).fill(0);
  for (const { bucketUs, costNanos } of days) {
    const day = (bucketUs / 1000 - fromMs) / dayMs;
    if (day >= 0) dailyNanos[day] = (dailyNanos[day] ?? 0) + (costNanos ?? 0);
  }
  const budget = filter.agent === undefined ? fleet.budget : fleet.agents.find(({ name }) => name === filter.agent)?.budget;
  return { month: { fromMs, toMs, ...month, dailyNanos, limitNanos: budget?.perMonthNanos ?? null }, budgets };
};

/** Rows of a bucket as one, oldest first. */
const summed = (rows: readonly { readonly bucketUs: number; readonly costNanos: number | null }[]) => {
  const sums = new Map<number, number | null>();
  for (const { bucketUs, costNanos } of rows) {
    const known = sums.get(bucketUs) ?? null;
    sums.set(bucketUs, costNanos === null ? known : (known ?? 0) + costNanos);
  }
  return [...sums].map(([bucketUs, costNanos]) => ({ bucketUs, costNanos }));
};
