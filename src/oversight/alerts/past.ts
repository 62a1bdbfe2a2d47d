import { forecastMonth, monthOf } from '../../telemetry/cost/budget.ts';
import type { CostSample } from './conditions/cost-regression.ts';
import { itemsBetween } from './in-order.ts';
import { hoursOfDay, windowBack } from './metrics/buckets-back.ts';
import { safetyFacts, safetyReasons } from './metrics/safety.ts';
import { type MinuteSums, minuteSums } from './minute-sums.ts';
import { openSafetyPast, type PastSafety } from './past-safety.ts';
import type { Rule } from './rule.ts';
import { type Extreme, nothingSeen, type Samples } from './samples.ts';
import type { Subject } from './subject.ts';

/** A request of the past. Unknown is null. */
export interface PastRequest {
  /** UTC epoch ms. */
  readonly at: number;
  readonly durationMs: number | null;
  readonly isError: boolean;
  /** As rules name it; null: it did not fail, or nobody knows how. */
  readonly errorType: string | null;
  readonly costNanos: number | null;
  readonly steps: number;
  readonly tokens: number;
  /** Scores that are the agent's quality: how many, and their sum. */
  readonly qualityN: number;
  readonly qualitySum: number;
  readonly traceId: string;
}

/** One agent's past, which is asked what was seen as of any moment of it. */
export interface Past {
  /** Requests are added in the order in which they began. */
  add(request: PastRequest): void;
  /** A single score by its name, in the order of `at` (UTC epoch ms). */
  score(name: string, at: number, value: number): void;
  /** In the order of `startAt`. */
  safety(event: PastSafety): void;
  /** Whether a request began or was over, or a score was given, from one instant to before another: else what is seen changes by windows that move on alone. */
  hasNews(from: number, to: number): boolean;
  /** What traces said as of a moment (UTC epoch ms, a whole minute), in the windows that a live evaluation looks through. */
  at(moment: number): Samples;
}

/** What requests are counted by beside their plain sums: latencies and error types that rules name. */
export interface Counted {
  readonly slowerThanMs: readonly number[];
  readonly errorTypes: readonly string[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const learnedDays = 7;
/** So many ends of whole hours are kept: those of the last few moments. */
const mostHours = 10 * learnedDays;
/** How far back days are looked at to tell what the next ones will cost, as in metrics/spend. */
const forecastDays = 28;

/** How far before a moment rules look at most, ms: the same hours of a week ago, the month so far, or the days that a forecast learns from. */
export const lookBackMs = (rules: readonly Rule[], subjects: readonly Pick<Subject, 'budget'>[]): number => {
  const hasMonth = subjects.some(({ budget }) => budget.perMonthNanos !== null);
  const days = rules.flatMap(({ test }) => {
    if (test.type !== 'spend' || test.per !== 'month' || (test.limit === 'own' && !hasMonth)) return [];
    return [test.forecast ? forecastDays + 31 : 31];
  });
  return Math.max(learnedDays + 2, ...days) * dayMs;
};

/** What rules count of the requests of an agent, whose own promise stands in where a rule names none. */
export const countedBy = (rules: readonly Rule[], { sla }: { readonly sla: { readonly latencyP95Ms: number | null } }): Counted => ({
  slowerThanMs: distinct(
    rules.flatMap(({ test }) => (test.type === 'latency' ? (test.slowerThanMs === 'own' ? sla.latencyP95Ms : test.slowerThanMs) : [])),
  ),
  errorTypes: distinct(rules.flatMap(({ test }) => (test.type === 'error_rate' ? test.errorType : []))),
});

const distinct = <Value>(values: readonly (Value | null)[]): readonly Value[] => [...new Set(values.filter((value) => value !== null))];

interface HourSums {
  readonly windowMs: number;
  readonly of: readonly number[];
}

const memo = (make: (key: number) => readonly number[]): ((key: number) => readonly number[]) => {
  const known = new Map<number, readonly number[]>();
  return (key) => {
    const found = known.get(key) ?? make(key);
    known.set(key, found);
    return found;
  };
};

/** Where each plain sum stands; what rules count stands behind them. */
const column = {
  n: 0,
  errors: 1,
  costed: 2,
  nanos: 3,
  logSum: 4,
  logSquares: 5,
  steps: 6,
  squares: 7,
  qualityN: 8,
  qualitySum: 9,
} as const;
const columns = Object.keys(column).length;

/** An empty past. */
export const openPast = ({ slowerThanMs, errorTypes }: Counted): Past => {
  const sums = minuteSums(columns + slowerThanMs.length + errorTypes.length);
  const timed = minuteSums(1);
  const scores = new Map<string, MinuteSums>();
  const ended: PastRequest[] = [];
  let isSorted = true;
  const blocked: PastRequest[] = [];
  const unsafe = openSafetyPast();
  const inOrder = (): readonly PastRequest[] => {
    if (!isSorted) ended.sort((a, b) => endOf(a) - endOf(b));
    isSorted = true;
    return ended;
  };
  // Of whole hours: sixty moments in a row ask for the same ones.
  const hours = new Map<number, Map<number, HourSums>>();
  const sameHours = ({ end, hours: count }: { readonly end: number; readonly hours: number }): HourSums => {
    if (hours.size > mostHours) hours.clear();
    const known = hours.get(end) ?? new Map<number, HourSums>();
    const found = known.get(count) ?? { windowMs: count * hourMs, of: sums.between((end - count) * hourMs, end * hourMs) };
    hours.set(end, known.set(count, found));
    return found;
  };
  return {
    add(request) {
      const { at, durationMs, isError, errorType, costNanos, steps, qualityN, qualitySum } = request;
      const log = costNanos === null ? 0 : Math.log(Math.max(1, costNanos));
      const plain = [
        1,
        Number(isError),
        Number(costNanos !== null),
        costNanos ?? 0,
        log,
        log * log,
        steps,
        steps * steps,
        qualityN,
        qualitySum,
      ];
      const slow = slowerThanMs.map((limit) => Number(durationMs !== null && durationMs > limit));
      hours.clear();
      sums.add(at, [...plain, ...slow, ...errorTypes.map((type) => Number(isError && errorType === type))]);
      if (durationMs !== null) timed.add(at, [1]);
      if (errorType === 'guardrail') blocked.push(request);
      ended.push(request);
      isSorted = false;
    },
    score(name, at, value) {
      const known = scores.get(name) ?? minuteSums(2);
      known.add(at, [1, value]);
      scores.set(name, known);
    },
    safety: unsafe.add,
    hasNews: (from, to) =>
      (sums.between(from, to)[column.n] ?? 0) > 0 ||
      itemsBetween(inOrder(), endOf, from, to).length > 0 ||
      [...scores.values()].some((each) => (each.between(from, to)[0] ?? 0) > 0) ||
      unsafe.hasNews(from, to),
    at(moment) {
      const over = memo((windowMs: number): readonly number[] => sums.between(moment - windowMs, moment));
      const days = (widthMs: number) => Array.from({ length: learnedDays }, (_, day) => sameHours(hoursOfDay(moment, widthMs, day + 1)));
      return {
        ...nothingSeen,
        errors: (widthMs, type) => {
          const { windowMs } = windowBack(moment, widthMs);
          const of = over(windowMs);
          const bad = type === null ? column.errors : columns + slowerThanMs.length + placeOf(errorTypes, type);
          return { windowMs, n: of[column.n] ?? 0, bad: of[bad] ?? 0 };
        },
        slow: (widthMs, thanMs) => {
          const { windowMs } = windowBack(moment, widthMs);
          const bad = over(windowMs)[columns + placeOf(slowerThanMs, thanMs)] ?? 0;
          return { windowMs, n: timed.between(moment - windowMs, moment)[0] ?? 0, bad };
        },
        scores: (widthMs, name) => {
          const { windowMs } = windowBack(moment, widthMs);
          const [n = 0, sum = 0] =
            name === null ? over(windowMs).slice(column.qualityN, columns) : (scores.get(name)?.between(moment - windowMs, moment) ?? []);
          return { windowMs, n, sum };
        },
        costs: (widthMs) => {
          const { windowMs } = windowBack(moment, widthMs);
          return { now: costSample(windowMs, over(windowMs)), days: days(widthMs).map((day) => costSample(day.windowMs, day.of)) };
        },
        costsBefore: (widthMs) => {
          const { windowMs } = windowBack(moment, widthMs);
          const until = moment - windowMs;
          const before = sums.between(until - learnedDays * dayMs, until);
          return { now: costSample(windowMs, over(windowMs)), before: costSample(learnedDays * dayMs, before) };
        },
        spent: (per) => {
          const begins = { hour: moment - hourMs, day: dayOf(moment), month: monthOf(moment).fromMs }[per];
          const of = sums.between(begins, moment);
          return { nanos: of[column.nanos] ?? 0, n: of[column.n] ?? 0 };
        },
        forecast: () => forecastAt(sums, moment),
        depth: (widthMs) => {
          const { windowMs } = windowBack(moment, widthMs);
          const of = over(windowMs);
          const [n, sum, squares] = [of[column.n] ?? 0, of[column.steps] ?? 0, of[column.squares] ?? 0];
          const earlier = days(widthMs).map((day) => ({
            windowMs: day.windowMs,
            n: day.of[column.n] ?? 0,
            sum: day.of[column.steps] ?? 0,
          }));
          return { now: { windowMs, n, sum, squares }, days: earlier };
        },
        extremes: (widthMs) => extremesOf(itemsBetween(inOrder(), endOf, moment - windowBack(moment, widthMs).windowMs, moment)),
        safety: (widthMs) => {
          const since = moment - windowBack(moment, widthMs).windowMs;
          const ended = itemsBetween(blocked, ({ at }) => at, since, moment);
          const newest = ended.at(-1);
          const seen = unsafe.at(since, moment);
          const reasons = safetyReasons({ ...seen, blocked: Math.max(seen.blocked, ended.length) });
          return safetyFacts(reasons, newest === undefined ? undefined : { reason: '', since: newest.at, traceId: newest.traceId });
        },
      };
    },
  };
};

/** Nobody may ask for what was not counted: zero would be taken for an answer. */
const placeOf = <Value>(counted: readonly Value[], value: Value): number => {
  const at = counted.indexOf(value);
  if (at < 0) throw new RangeError(`${String(value)} was not counted`);
  return at;
};

const dayOf = (moment: number): number => Math.floor(moment / dayMs) * dayMs;

const costSample = (windowMs: number, of: readonly number[]): CostSample => ({
  windowMs,
  n: of[column.costed] ?? 0,
  nanos: of[column.nanos] ?? 0,
  logSum: of[column.logSum] ?? 0,
  logSquares: of[column.logSquares] ?? 0,
});

/** A request is looked at by caps once it is over: what it took by then is known, and nobody could have known before. */
const endOf = ({ at, durationMs }: PastRequest): number => at + (durationMs ?? 0);

const extremesOf = (requests: readonly PastRequest[]) => {
  const greatest = (measure: (request: PastRequest) => number | null): Extreme | null => {
    let best: Extreme | null = null;
    for (const request of requests) {
      const value = measure(request);
      if (value !== null && (best === null || value > best.value)) best = { value, traceId: request.traceId };
    }
    return best;
  };
  return {
    steps: greatest(({ steps }) => steps),
    tokens: greatest(({ tokens }) => tokens),
    nanos: greatest(({ costNanos }) => costNanos),
    n: requests.length,
  };
};

const forecastAt = (sums: MinuteSums, moment: number): ReturnType<Samples['forecast']> => {
  const today = dayOf(moment);
  const spentBetween = (from: number, to: number): number => sums.between(from, to)[column.nanos] ?? 0;
  const all = Array.from({ length: forecastDays }, (_, at) =>
    spentBetween(today - (forecastDays - at) * dayMs, today - (forecastDays - at - 1) * dayMs),
  );
  const firstSpent = all.findIndex((nanos) => nanos > 0);
  const spentNanos = spentBetween(monthOf(moment).fromMs, moment);
  const forecast = forecastMonth({ now: moment, spentNanos, daily: firstSpent < 0 ? [] : all.slice(firstSpent) });
  return forecast === null ? null : { lowNanos: forecast.low, expectedNanos: forecast.expected };
};
