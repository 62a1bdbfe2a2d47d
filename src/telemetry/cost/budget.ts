import type { Interval } from '../../ground/math/intervals.ts';
import { z95 } from '../../ground/math/intervals.ts';

const dayMs = 86_400_000;
/** Fewer whole days say nothing of the days to come. */
const fewestDays = 3;
/** From two weeks on, a weekday is expected to cost what that weekday did. */
const daysOfWeekdays = 14;

/** What a month will have cost, nano-dollars, with the interval that 95 of 100 months end in if they go on as the last days did. */
export interface Forecast extends Interval {
  readonly expected: number;
}

export interface MonthSoFar {
  /** UTC epoch ms. */
  readonly now: number;
  /** Nano-dollars since the month began in UTC, today included. */
  readonly spentNanos: number;
  /** Nano-dollars of each whole day before today, oldest first, from the first day that anything is known of. */
  readonly daily: readonly number[];
}

const startOfDay = (ms: number): number => Math.floor(ms / dayMs) * dayMs;

/** The first moment of the month an instant is in, and of the next one; UTC epoch ms. */
export const monthOf = (ms: number): { readonly fromMs: number; readonly toMs: number } => {
  const at = new Date(ms);
  return { fromMs: Date.UTC(at.getUTCFullYear(), at.getUTCMonth()), toMs: Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1) };
};

/** Carries the last days on to the end of the month; null where fewer than three whole days are known. */
export const forecastMonth = ({ now, spentNanos, daily }: MonthSoFar): Forecast | null => {
  if (daily.length < fewestDays) return null;
  const today = startOfDay(now);
  const firstMs = today - daily.length * dayMs;
  const byWeekday = daily.length >= daysOfWeekdays;
  const kindOf = (ms: number): number => (byWeekday ? new Date(ms).getUTCDay() : 0);
  const groups = new Map<number, number[]>();
  for (const [at, nanos] of daily.entries()) {
    const kind = kindOf(firstMs + at * dayMs);
    groups.set(kind, [...(groups.get(kind) ?? []), nanos]);
  }
  const means = new Map([...groups].map(([kind, values]) => [kind, values.reduce((sum, value) => sum + value, 0) / values.length]));
  const squares = daily.reduce((sum, nanos, at) => sum + (nanos - (means.get(kindOf(firstMs + at * dayMs)) ?? 0)) ** 2, 0);
  const variance = squares / Math.max(1, daily.length - groups.size);
  let rest = 0;
  let days = 0;
  for (let day = today; day < monthOf(now).toMs; day += dayMs) {
    const share = day === today ? 1 - (now - today) / dayMs : 1;
    rest += share * (means.get(kindOf(day)) ?? 0);
    days += share;
  }
  // The days to come vary by themselves, and the mean they are expected at is only known from as many days as there were.
  const half = z95 * Math.sqrt(variance * (days + (days * days) / daily.length));
  const expected = spentNanos + rest;
  return { expected, low: Math.max(spentNanos, expected - half), high: expected + half };
};

/** How much of a limit is used up. */
export interface BudgetUse {
  /** `fleet`, or an agent. */
  readonly of: string;
  readonly per: 'hour' | 'day' | 'month';
  readonly limitNanos: number;
  readonly spentNanos: number;
  /** 1 is all of it. */
  readonly used: number;
}

/** The limits that are set, each with what is spent of it. */
export const budgetUses = (
  of: string,
  limits: { readonly hour?: number | null; readonly day: number | null; readonly month: number | null },
  spent: { readonly hour: number; readonly day: number; readonly month: number },
): readonly BudgetUse[] =>
  (['hour', 'day', 'month'] as const).flatMap((per) => {
    const limitNanos = limits[per] ?? null;
    if (limitNanos === null || limitNanos <= 0) return [];
    return [{ of, per, limitNanos, spentNanos: spent[per], used: spent[per] / limitNanos }];
  });
