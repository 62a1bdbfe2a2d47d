import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { type BudgetUse, budgetUses, type Forecast, forecastMonth, monthOf } from '../../telemetry/cost/budget.ts';
import { forecastDay, restsOfDays } from '../../telemetry/cost/day-forecast.ts';
import { readFleetSpend } from '../../telemetry/cost/read-spend.ts';
import type { Spend } from '../../telemetry/cost/spend.cache.ts';
import { readFreshness } from '../../telemetry/stats/figures.cache.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { rulesOf } from '../alerts/rules.ts';
import { type Subject, wholeFleet } from '../alerts/subject.ts';
import { type BudgetReport, type BudgetStanding, reachedAt, unforeseenBecause, watchedBudget } from './budget-report.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** How far back days are looked at to tell what the rest of this one, or of the month, will cost. */
const [learnedForDay, learnedForMonth] = [14, 28];

/** What was spent, each nano-dollars by the start of its bucket (UTC epoch ms). */
interface Spent {
  readonly lastHour: number;
  readonly hourly: ReadonlyMap<number, number>;
  readonly daily: ReadonlyMap<number, number>;
}

/** How every budget of some agents and of the fleet stands: what is used of it, what is left, and what its period will have cost. */
export const collectBudgets = async (
  ctx: Pick<Context, 'cache' | 'clock' | 'signal'>,
  fleet: Fleet,
  subjects: readonly Subject[],
): Promise<BudgetReport> => {
  const cache = await openFreshCache(ctx);
  const now = ctx.clock.now();
  const rules = rulesOf(fleet);
  const { spentBy, unpriced, firstMs } = readSpent(cache, fleet, subjects, now);
  const budgets = subjects.flatMap((subject) => {
    const spent = spentBy(subject.name);
    const sums = {
      hour: spent.lastHour,
      day: sumSince(spent.daily, startOfDay(now)),
      month: sumSince(spent.daily, monthOf(now).fromMs),
    };
    const { perHourNanos: hour, perDayNanos: day, perMonthNanos: month } = subject.budget;
    return budgetUses(subject.name, { hour, day, month }, sums).map((use) =>
      standingOf(use, { spent, now, watched: watchedBudget(rules, subject, use.per) }),
    );
  });
  const { syncedUs, unread } = readFreshness(cache);
  return {
    fleet: fleet.name,
    generatedAt: now,
    budgets: [...budgets.filter(({ of }) => of === wholeFleet), ...budgets.filter(({ of }) => of !== wholeFleet)],
    knownTo: syncedUs === null || unread.length > 0 ? null : syncedUs / 1000,
    knownFrom: firstMs,
    unpriced,
  };
};

const startOfDay = (ms: number): number => Math.floor(ms / dayMs) * dayMs;

/** Read once for everybody, and only as far as budgets ask for it. */
const readSpent = (cache: Cache, fleet: Fleet, subjects: readonly Subject[], now: number) => {
  const has = (per: keyof Subject['budget']) => subjects.some(({ budget }) => budget[per] !== null);
  const spendOver = (fromMs: number, bucket: 'hour' | 'day'): Spend =>
    readFleetSpend(cache, fleet, { window: { fromUs: fromMs * 1000, toUs: now * 1000 }, by: 'agent', bucket });
  const today = startOfDay(now);
  const lastHour = has('perHourNanos') ? spendOver(now - hourMs, 'hour').rows : [];
  const hourly = has('perDayNanos') ? spendOver(today - learnedForDay * dayMs, 'hour').rows : [];
  const daily = spendOver(Math.min(monthOf(now).fromMs, today - learnedForMonth * dayMs), 'day');
  const spentBy = (name: string): Spent => ({
    lastHour: [...byBucket(lastHour, name).values()].reduce((sum, nanos) => sum + nanos, 0),
    hourly: byBucket(hourly, name),
    daily: byBucket(daily.rows, name),
  });
  const days = daily.rows.map(({ bucketUs }) => bucketUs / 1000);
  const first = days.length === 0 ? null : Math.max(monthOf(now).fromMs, Math.min(...days));
  return { spentBy, unpriced: daily.unpriced, firstMs: first };
};

const byBucket = (rows: Spend['rows'], name: string): ReadonlyMap<number, number> => {
  const found = new Map<number, number>();
  for (const { key, bucketUs, costNanos } of rows)
    if (name === wholeFleet || key === name) found.set(bucketUs / 1000, (found.get(bucketUs / 1000) ?? 0) + (costNanos ?? 0));
  return found;
};

const sumSince = (buckets: ReadonlyMap<number, number>, sinceMs: number): number =>
  [...buckets].reduce((sum, [at, nanos]) => (at >= sinceMs ? sum + nanos : sum), 0);

interface Standing {
  readonly spent: Spent;
  readonly now: number;
  readonly watched: ReturnType<typeof watchedBudget>;
}

const standingOf = (use: BudgetUse, { spent, now, watched }: Standing): BudgetStanding => {
  const today = startOfDay(now);
  const period = { hour: { fromMs: now - hourMs, toMs: now }, day: { fromMs: today, toMs: today + dayMs }, month: monthOf(now) }[use.per];
  const days = use.per === 'day' ? restsOfDays(spent.hourly, now, learnedForDay) : wholeDays(spent.daily, today);
  const forecast = forecastOf(use, days, now);
  const stages = watched?.stages ?? [];
  return {
    ...use,
    leftNanos: Math.max(0, use.limitNanos - use.spentNanos),
    period,
    forecast,
    unforeseen: forecast === null ? unforeseenBecause(use.per, days.length) : null,
    spentUpAt: reachedAt(use, forecast, { now, toMs: period.toMs }),
    rule: watched?.rule ?? null,
    stages,
    // As the rule judges: a stage is passed by what is above it.
    stage: stages.findLast((stage) => use.spentNanos > use.limitNanos * stage) ?? null,
  };
};

const forecastOf = ({ per, spentNanos }: BudgetUse, days: readonly number[], now: number): Forecast | null => {
  if (per === 'hour') return null;
  return per === 'day' ? forecastDay({ spentNanos, rests: days }) : forecastMonth({ now, spentNanos, daily: days });
};

/** From the first day that anything is known of until yesterday, oldest first; a day without a request cost nothing. */
const wholeDays = (daily: ReadonlyMap<number, number>, today: number): readonly number[] => {
  const days: number[] = [];
  for (let day = Math.max(Math.min(today, ...daily.keys()), today - learnedForMonth * dayMs); day < today; day += dayMs)
    days.push(daily.get(day) ?? 0);
  return days;
};
