import type { Fleet } from '../../fleet/agent.ts';
import type { Filter } from '../stats/filter.cache.ts';
import { budgetUses, forecastMonth, monthOf } from './budget.ts';
import type { CostReport } from './cost-report.ts';
import type { SpendRow } from './spend.cache.ts';

const dayMs = 86_400_000;
/** How far back days are looked at to tell what the next ones will cost. */
const learnedDays = 28;

/** From when on days must be known to tell of the month that an instant is in; UTC epoch ms. */
export const firstDayLearned = (now: number): number => Math.min(monthOf(now).fromMs, dayOf(now) - learnedDays * dayMs);

/** What was spent of late; nano-dollars, by agent where nothing else is said. */
export interface SpentOfLate {
  /** UTC epoch ms. */
  readonly now: number;
  /** Within the last hour, since the day began, and since the month did; UTC. */
  readonly hour: ReadonlyMap<string, number>;
  readonly day: ReadonlyMap<string, number>;
  readonly month: ReadonlyMap<string, number>;
  /** By all together on each whole day before today, since `firstDayLearned`, oldest first, from the first that anything is known of. */
  readonly wholeDays: readonly number[];
}

/** The month so far, what it will come to, and the budgets it is held against: those of the fleet and its agents, or of the one agent that is filtered by. */
export const monthSoFar = (fleet: Fleet, filter: Filter, spentOfLate: SpentOfLate): Pick<CostReport, 'month' | 'budgets'> => {
  const { now, hour, day, month, wholeDays } = spentOfLate;
  const spentBy = (agent: string | null) => ({ hour: sumOf(hour, agent), day: sumOf(day, agent), month: sumOf(month, agent) });
  const isWhole = Object.keys(filter).every((key) => key === 'agent');
  const agents = isWhole ? fleet.agents.filter(({ name }) => filter.agent === undefined || filter.agent === name) : [];
  const spent = spentBy(null);
  const { perDayNanos, perMonthNanos } = fleet.budget;
  const ofFleet = Object.keys(filter).length > 0 ? [] : budgetUses('fleet', { day: perDayNanos, month: perMonthNanos }, spent);
  const ofAgents = agents.flatMap(({ name, budget }) =>
    budgetUses(name, { hour: budget.perHourNanos, day: budget.perDayNanos, month: budget.perMonthNanos }, spentBy(name)),
  );
  const forecast = forecastMonth({ now, spentNanos: spent.month, daily: wholeDays });
  return { month: { spentNanos: spent.month, forecast }, budgets: [...ofFleet, ...ofAgents] };
};

/** @param agent null: all together */
const sumOf = (sums: ReadonlyMap<string, number>, agent: string | null): number =>
  agent === null ? [...sums.values()].reduce((sum, nanos) => sum + nanos, 0) : (sums.get(agent) ?? 0);

/** Rows by agent as one sum each, of buckets from an instant on (UTC epoch ms). */
export const sumByAgent = (rows: readonly SpendRow[], sinceMs: number): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>();
  for (const { key, bucketUs, costNanos } of rows)
    if (bucketUs >= sinceMs * 1000 && costNanos !== null) sums.set(key, (sums.get(key) ?? 0) + costNanos);
  return sums;
};

/** What each whole day before today cost, from the first that anything is known of. @param rows of days since `firstDayLearned`, oldest first */
export const wholeDaysOf = (rows: readonly Pick<SpendRow, 'bucketUs' | 'costNanos'>[], now: number): readonly number[] => {
  const today = dayOf(now);
  const firstUs = rows[0]?.bucketUs ?? today * 1000;
  const learned = Math.min(learnedDays, Math.max(0, (today - firstUs / 1000) / dayMs));
  const daily = new Array<number>(learned).fill(0);
  for (const { bucketUs, costNanos } of rows) {
    const at = learned - (today - bucketUs / 1000) / dayMs;
    if (at >= 0 && at < learned) daily[at] = (daily[at] ?? 0) + (costNanos ?? 0);
  }
  return daily;
};

/** When the day of an instant began; UTC epoch ms. */
export const dayOf = (ms: number): number => Math.floor(ms / dayMs) * dayMs;
