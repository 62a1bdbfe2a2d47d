import { countEncoded, squaresEncoded } from '../../../ground/math/sketch.ts';
import type { Cache } from '../../../ground/store/port.ts';
import { bucketOf, type Range } from '../../../ground/units/window.ts';
import { monthOf } from '../../../telemetry/cost/budget.ts';
import { readScoresOf } from '../../../telemetry/stats/cells.cache.ts';
import { errorCodes } from '../../../telemetry/traces/codes.ts';
import { dictionaryOf } from '../../../telemetry/traces/dictionary.cache.ts';
import type { Fact, Samples } from '../samples.ts';
import { hoursOfDay, lastQuarter, type RowsBack, rowsBack, type SumsBack, sumsBack, type WindowBack, windowBack } from './buckets-back.ts';
import {
  countErrors,
  longestRequestUs,
  readAgentNumbers,
  readBlocked,
  readRequests,
  readScoreSums,
  readSketches,
  readSums,
  readUnderWay,
  type SketchRow,
  traceIdOf,
} from './cells.cache.ts';
import { extremesOf } from './extremes.ts';
import { addRequest, addSums, costSample, emptySums, type Sums, sumsOfRange } from './sums.ts';

/** What traces say of an agent. */
export type TrafficSamples = Pick<Samples, 'errors' | 'slow' | 'scores' | 'costs' | 'costsBefore' | 'depth' | 'extremes'> & {
  /** Requests that ended because a guardrail stopped them, newest first. */
  blocked(widthMs: number): readonly Fact[];
  /** As `Samples.spent`, of requests whose spans are known. */
  spent(per: 'hour' | 'day' | 'month'): { readonly nanos: number; readonly n: number };
};

const quarterMs = 900_000;
const hourMs = 4 * quarterMs;
const dayMs = 24 * hourMs;
const learnedDays = 7;

/** What traces say of agents, as of moments (UTC epoch ms, whole minutes). */
export type Traffic = (moment: number) => (agent: string) => TrafficSamples;

/**
 * What traces say of every agent, read once for the whole fleet as far as somebody asks; what one moment has in common with the one before
 * is not read again. Rollups must be up to date.
 */
export const trafficOf = (cache: Cache): Traffic => {
  const numbers = readAgentNumbers(cache);
  let kept: ReadonlyMap<string, unknown> = new Map();
  return (moment) => {
    const used = new Map<string, unknown>();
    const shared = <Value>(key: string, make: () => Value): Value => {
      const found = kept.has(key) ? (kept.get(key) as Value) : make();
      used.set(key, found);
      return found;
    };
    const samples = trafficAt(cache, numbers, moment, shared);
    kept = used;
    return samples;
  };
};

/** Makes a value, or takes that of the moment before. */
type Shared = <Value>(key: string, make: () => Value) => Value;

const trafficAt = (
  cache: Cache,
  numbers: ReadonlyMap<string, number>,
  moment: number,
  shared: Shared,
): ((agent: string) => TrafficSamples) => {
  const [quarter, hour] = [bucketOf('quarter', moment * 1000), bucketOf('hour', moment * 1000)];
  const rest: Range = { fromUs: lastQuarter(moment) * 1000, toUs: moment * 1000 };
  const rangeOf = (windowMs: number): Range => ({ fromUs: (moment - windowMs) * 1000, toUs: moment * 1000 });
  const single = once(() => byAgent(readRequests(cache, rest)));
  const sums = (grain: 'quarter' | 'hour', end: number): SumsBack =>
    shared(`${grain} ${end}`, () => sumsBack(grain, end, (range) => readSums(cache, range)));
  const [quarters, hours] = [sums('quarter', quarter), sums('hour', hour)];
  const days = Array.from({ length: learnedDays }, (_, at) => sums('hour', hoursOfDay(moment, 0, at + 1).end));
  const sketches = {
    h_dur: sketchesBack(cache, 'h_dur', { quarter, hour }, shared),
    h_steps: sketchesBack(cache, 'h_steps', { quarter, hour }, shared),
  };
  const failed = memo((key: string) => {
    const [type, windowMs] = key.split(' ');
    return countErrors(cache, Number(type), rangeOf(Number(windowMs)));
  });
  const weekBefore = memo((fromMs: number) => sumsOfRange(cache, { fromUs: (fromMs - learnedDays * dayMs) * 1000, toUs: fromMs * 1000 }));
  const underWay = memo((windowMs: number) => byAgent(readUnderWay(cache, rangeOf(windowMs), longestRequestUs)));
  const blocked = memo((windowMs: number) => byAgent(readBlocked(cache, errorCodes.indexOf('guardrail'), rangeOf(windowMs))));
  const named = memo((score: string) => scoresBack(cache, score, { quarter, hour, rest }));

  const sumsIn = (
    agent: number,
    { quarters: fine, hours: coarse }: Pick<WindowBack, 'quarters' | 'hours'>,
  ): ReturnType<typeof emptySums> => {
    const total = emptySums();
    for (const row of single().get(agent) ?? []) addRequest(total, row);
    addSums(total, quarters.of(agent, fine));
    addSums(total, hours.of(agent, coarse));
    return total;
  };
  const ofDays = (agent: number, widthMs: number): readonly { readonly windowMs: number; readonly sums: Sums }[] =>
    days.map((day, at) => {
      const { hours: count } = hoursOfDay(moment, widthMs, at + 1);
      const total = emptySums();
      addSums(total, day.of(agent, count));
      return { windowMs: count * hourMs, sums: total };
    });
  const today = Math.floor(moment / dayMs) * dayMs;
  const lastHour = Math.ceil((moment - hourMs) / quarterMs);
  // Budgets are promises to somebody: their hour is not widened to whole quarters.
  const headOfHour = once(() => byAgent(readRequests(cache, { fromUs: (moment - hourMs) * 1000, toUs: lastHour * quarterMs * 1000 })));
  const monthBefore = once(() => sumsOfRange(cache, { fromUs: monthOf(moment).fromMs * 1000, toUs: today * 1000 }));
  const spentSums = (agent: number, per: 'hour' | 'day' | 'month'): Sums => {
    const isHour = per === 'hour';
    const total = sumsIn(agent, {
      quarters: isHour ? quarter - lastHour : quarter - 4 * hour,
      hours: isHour ? 0 : hour - today / hourMs,
    });
    if (isHour) for (const row of headOfHour().get(agent) ?? []) addRequest(total, row);
    if (per === 'month') addSums(total, Object.values(monthBefore().get(agent) ?? {}));
    return total;
  };
  const encoded = (what: 'h_dur' | 'h_steps', agent: number, window: WindowBack): readonly Uint8Array[] => sketches[what](agent, window);

  return (name) => {
    // Nobody has the number 0 of an agent: it is what belongs to none.
    const agent = numbers.get(name) ?? -1;
    const windowed = (widthMs: number) => {
      const window = windowBack(moment, widthMs);
      return { window, windowMs: window.windowMs, sums: sumsIn(agent, window) };
    };
    return {
      errors: (widthMs, errorType) => {
        const { windowMs, sums } = windowed(widthMs);
        if (errorType === null) return { windowMs, n: sums.n, bad: sums.errors };
        const code = errorCodes.indexOf(errorType);
        return { windowMs, n: sums.n, bad: failed(`${code} ${windowMs}`).get(agent) ?? 0 };
      },
      slow: (widthMs, thanMs) => {
        const window = windowBack(moment, widthMs);
        const durations = (single().get(agent) ?? []).flatMap(([, , , , , , durationUs]) => durationUs ?? []);
        let [n, bad] = [durations.length, durations.filter((each) => each > thanMs * 1000).length];
        for (const bytes of encoded('h_dur', agent, window)) {
          const counted = countEncoded(bytes, thanMs * 1000);
          n += counted.n;
          bad += counted.above;
        }
        return { windowMs: window.windowMs, n, bad };
      },
      scores: (widthMs, score) => {
        if (score !== null) return named(score)(agent, windowBack(moment, widthMs));
        const { windowMs, sums } = windowed(widthMs);
        return { windowMs, n: sums.qualityN, sum: sums.qualitySum };
      },
      costs: (widthMs) => {
        const { windowMs, sums } = windowed(widthMs);
        return { now: costSample(windowMs, sums), days: ofDays(agent, widthMs).map((day) => costSample(day.windowMs, day.sums)) };
      },
      costsBefore: (widthMs) => {
        const { windowMs, sums } = windowed(widthMs);
        const before = weekBefore(moment - windowMs).get(agent) ?? emptySums();
        return { now: costSample(windowMs, sums), before: costSample(learnedDays * dayMs, before) };
      },
      depth: (widthMs) => {
        const { window, windowMs, sums } = windowed(widthMs);
        let squares = 0;
        for (const [, , , steps] of single().get(agent) ?? []) squares += steps * steps;
        for (const bytes of encoded('h_steps', agent, window)) squares += squaresEncoded(bytes);
        const earlier = ofDays(agent, widthMs).map((day) => ({ windowMs: day.windowMs, n: day.sums.n, sum: day.sums.steps }));
        return { now: { windowMs, n: sums.n, sum: sums.steps, squares }, days: earlier };
      },
      spent: (per) => {
        const { costNanos, n } = spentSums(agent, per);
        return { nanos: costNanos, n };
      },
      extremes: (widthMs) => extremesOf(cache, underWay(windowBack(moment, widthMs).windowMs).get(agent) ?? []),
      blocked: (widthMs) =>
        (blocked(windowBack(moment, widthMs).windowMs).get(agent) ?? []).map(([, trace, startUs]) => ({
          reason: 'a guardrail ended a request',
          since: Math.floor(startUs / 1000),
          get traceId() {
            return traceIdOf(cache, trace);
          },
        })),
    };
  };
};

const sketchesBack = (
  cache: Cache,
  what: 'h_dur' | 'h_steps',
  { quarter, hour }: { readonly quarter: number; readonly hour: number },
  shared: Shared,
) => {
  const back = (grain: 'quarter' | 'hour', end: number): RowsBack<SketchRow> =>
    shared(`${what} ${grain} ${end}`, () => rowsBack(grain, end, (range) => readSketches(cache, what, range)));
  const [fine, coarse] = [back('quarter', quarter), back('hour', hour)];
  return (agent: number, { quarters, hours }: WindowBack): readonly Uint8Array[] =>
    [...fine.of(agent, quarters), ...(hours === 0 ? [] : coarse.of(agent, hours))].map(([, , sketch]) => sketch);
};

/** Scores of one name: the sums of whole buckets, and the single ones behind them. */
const scoresBack = (
  cache: Cache,
  score: string,
  { quarter, hour, rest }: { readonly quarter: number; readonly hour: number; readonly rest: Range },
) => {
  const name = dictionaryOf(cache).find('score', score) ?? -1;
  const fine = sumsBack('quarter', quarter, (range) => readScoreSums(cache, name, range));
  const coarse = sumsBack('hour', hour, (range) => readScoreSums(cache, name, range));
  const single = readScoresOf(cache, rest, `s.name = ${name}`);
  return (agent: number, { windowMs, quarters, hours }: WindowBack) => {
    let [n, sum] = [0, 0];
    for (const sums of [fine.of(agent, quarters), coarse.of(agent, hours)]) {
      n += sums?.[0] ?? 0;
      sum += sums?.[1] ?? 0;
    }
    for (const each of single) {
      if (each.agent !== agent) continue;
      n += 1;
      sum += each.value;
    }
    return { windowMs, n, sum };
  };
};

/** Rows by the number of their agent, in their order. */
export const byAgent = <Row extends readonly [agent: number, ...rest: unknown[]]>(
  rows: Iterable<Row>,
): ReadonlyMap<number, readonly Row[]> => {
  const found = new Map<number, Row[]>();
  for (const row of rows) {
    const known = found.get(row[0]);
    if (known === undefined) found.set(row[0], [row]);
    else known.push(row);
  }
  return found;
};

const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

const memo = <Key, Value>(make: (key: Key) => Value): ((key: Key) => Value) => {
  const known = new Map<Key, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(key);
    known.set(key, made);
    return made;
  };
};
