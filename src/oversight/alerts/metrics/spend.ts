import type { Fleet } from '../../../fleet/agent.ts';
import type { Cache } from '../../../ground/store/port.ts';
import { forecastMonth, monthOf } from '../../../telemetry/cost/budget.ts';
import { readFleetSpend } from '../../../telemetry/cost/read-spend.ts';
import type { Samples } from '../samples.ts';

/** What an agent has spent. */
export type SpendSamples = Pick<Samples, 'spent' | 'forecast'>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** How far back days are looked at to tell what the next ones will cost. */
const learnedDays = 28;

interface Spent {
  readonly nanos: number;
  readonly n: number;
}

/** Of one agent: nano-dollars by the start of the UTC day (epoch ms). */
type Daily = ReadonlyMap<number, number>;

/**
 * What every agent has spent as of a moment (UTC epoch ms), to the request: budgets are promises to somebody, and no window of theirs is
 * widened. Read once for the whole fleet, as far as somebody asks.
 */
export const spendAt = (cache: Cache, fleet: Fleet, moment: number): ((agent: string) => SpendSamples) => {
  const today = Math.floor(moment / dayMs) * dayMs;
  const { fromMs: monthStart } = monthOf(moment);
  const begins = { hour: moment - hourMs, day: today, month: monthStart } as const;
  const read = (fromMs: number, bucket: 'hour' | 'day') =>
    readFleetSpend(cache, fleet, { window: { fromUs: fromMs * 1000, toUs: moment * 1000 }, by: 'agent', bucket }).rows;
  const sums = new Map<keyof typeof begins, ReadonlyMap<string, Spent>>();
  const spentIn = (per: keyof typeof begins): ReadonlyMap<string, Spent> => {
    const known = sums.get(per);
    if (known !== undefined) return known;
    const found = new Map<string, Spent>();
    for (const { key, costNanos, requests } of read(begins[per], per === 'hour' ? 'hour' : 'day')) {
      const before = found.get(key) ?? { nanos: 0, n: 0 };
      found.set(key, { nanos: before.nanos + (costNanos ?? 0), n: before.n + requests });
    }
    sums.set(per, found);
    return found;
  };
  let daily: ReadonlyMap<string, Daily> | null = null;
  const dailyOf = (agent: string): Daily => {
    daily ??= byDay(read(today - learnedDays * dayMs, 'day'));
    return daily.get(agent) ?? new Map();
  };
  return (agent) => ({
    spent: (per) => spentIn(per).get(agent) ?? { nanos: 0, n: 0 },
    forecast: () => {
      const days = wholeDays(dailyOf(agent), today);
      const forecast = forecastMonth({ now: moment, spentNanos: spentIn('month').get(agent)?.nanos ?? 0, daily: days });
      return forecast === null ? null : { lowNanos: forecast.low, expectedNanos: forecast.expected };
    },
  });
};

const byDay = (rows: ReturnType<typeof readFleetSpend>['rows']): ReadonlyMap<string, Daily> => {
  const found = new Map<string, Map<number, number>>();
  for (const { key, bucketUs, costNanos } of rows) {
    const days = found.get(key) ?? new Map<number, number>();
    days.set(bucketUs / 1000, costNanos ?? 0);
    found.set(key, days);
  }
  return found;
};

/** From the first day that anything is known of until yesterday, oldest first; a day without a request cost nothing. */
const wholeDays = (daily: Daily, today: number): readonly number[] => {
  const days: number[] = [];
  for (let day = Math.min(today, ...daily.keys()); day < today; day += dayMs) days.push(daily.get(day) ?? 0);
  return days;
};
