import type { Fleet } from '../../../fleet/agent.ts';
import type { Cache } from '../../../ground/store/port.ts';
import { forecastMonth, monthOf } from '../../../telemetry/cost/budget.ts';
import { readFleetSpend } from '../../../telemetry/cost/read-spend.ts';
import { readToldCells } from '../../../telemetry/stats/read-fleet-figures.ts';
import { metricsBackends } from '../../../telemetry/traces/metrics-backends.ts';
import type { Samples } from '../samples.ts';
import type { TrafficSamples } from './traffic.ts';

/** What an agent has spent. */
export type SpendSamples = Pick<Samples, 'spent' | 'forecast'>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** How far back days are looked at to tell what the next ones will cost. */
const learnedDays = 28;

/** Of one agent: nano-dollars by the start of the UTC day (epoch ms). */
type Daily = ReadonlyMap<number, number>;

/**
 * What every agent has spent as of a moment (UTC epoch ms): what its requests cost, and what backends that count by themselves
 * (`mode: metrics`) say was spent besides. Read once for the whole fleet, as far as somebody asks.
 */
export const spendAt = (
  cache: Cache,
  fleet: Fleet,
  moment: number,
): ((agent: string, traffic: Pick<TrafficSamples, 'spent'>) => SpendSamples) => {
  const today = Math.floor(moment / dayMs) * dayMs;
  const begins = { hour: moment - hourMs, day: today, month: monthOf(moment).fromMs } as const;
  const isTold = metricsBackends(fleet).length > 0;
  const told = new Map<keyof typeof begins, ReturnType<typeof readToldCells>>();
  const toldIn = (per: keyof typeof begins) => {
    const found = told.get(per) ?? readToldCells(cache, fleet, { fromUs: begins[per] * 1000, toUs: moment * 1000 });
    told.set(per, found);
    return found;
  };
  let daily: ReadonlyMap<string, Daily> | null = null;
  const dailyOf = (agent: string): Daily => {
    const window = { fromUs: (today - learnedDays * dayMs) * 1000, toUs: today * 1000 };
    daily ??= byDay(readFleetSpend(cache, fleet, { window, by: 'agent', bucket: 'day' }).rows);
    return daily.get(agent) ?? new Map();
  };
  return (agent, traffic) => {
    const spent = (per: keyof typeof begins) => {
      const own = traffic.spent(per);
      const more = isTold ? toldIn(per).get(agent) : undefined;
      return { nanos: own.nanos + (more?.cost_nanos ?? 0), n: own.n + (more?.n ?? 0) };
    };
    const forecast = () => {
      const month = forecastMonth({ now: moment, spentNanos: spent('month').nanos, daily: wholeDays(dailyOf(agent), today) });
      return month === null ? null : { lowNanos: month.low, expectedNanos: month.expected };
    };
    return { spent, forecast };
  };
};

/** What the fleet as a whole has spent as of a moment (UTC epoch ms), with what no agent claims. Each period is read when somebody asks. */
export const fleetSpendAt = (cache: Cache, fleet: Fleet, moment: number): SpendSamples => {
  const today = Math.floor(moment / dayMs) * dayMs;
  const spendSince = (since: number, bucket: 'hour' | 'day') =>
    readFleetSpend(cache, fleet, { window: { fromUs: since * 1000, toUs: moment * 1000 }, by: 'agent', bucket });
  const spent = (per: 'hour' | 'day' | 'month') => {
    const since = { hour: moment - hourMs, day: today, month: monthOf(moment).fromMs }[per];
    const { totalNanos, rows } = spendSince(since, per === 'month' ? 'day' : 'hour');
    return { nanos: totalNanos, n: rows.reduce((sum, { requests }) => sum + requests, 0) };
  };
  const forecast = () => {
    const daily = new Map<number, number>();
    const window = { fromUs: (today - learnedDays * dayMs) * 1000, toUs: today * 1000 };
    for (const { bucketUs, costNanos } of readFleetSpend(cache, fleet, { window, by: 'agent', bucket: 'day' }).rows)
      daily.set(bucketUs / 1000, (daily.get(bucketUs / 1000) ?? 0) + (costNanos ?? 0));
    const month = forecastMonth({ now: moment, spentNanos: spent('month').nanos, daily: wholeDays(daily, today) });
    return month === null ? null : { lowNanos: month.low, expectedNanos: month.expected };
  };
  return { spent, forecast };
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
