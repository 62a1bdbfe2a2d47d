import { countEncoded, squaresEncoded } from '../../../ground/math/sketch.ts';
import type { Cache } from '../../../ground/store/port.ts';
import { bucketOf, coverOf, type Range } from '../../../ground/units/window.ts';
import { readScoresOf } from '../../../telemetry/stats/cells.cache.ts';
import { errorCodes } from '../../../telemetry/traces/codes.ts';
import { dictionaryOf } from '../../../telemetry/traces/dictionary.cache.ts';
import type { CostSample } from '../conditions/cost-regression.ts';
import type { Extreme, Samples } from '../samples.ts';
import { type BucketsBack, bucketsBack, hoursOfDay, lastQuarter, type WindowBack, windowBack } from './buckets-back.ts';
import {
  countErrors,
  type LongRow,
  type RequestRow,
  readAgentNumbers,
  readBlocked,
  readRequests,
  readScoreSums,
  readSketches,
  readSums,
  readUnderWay,
  type SketchRow,
  type Summed,
  type SumRow,
  summed,
  traceIdOf,
} from './cells.cache.ts';

/** What traces say of an agent. */
export type TrafficSamples = Pick<Samples, 'errors' | 'slow' | 'scores' | 'costs' | 'costsBefore' | 'depth' | 'extremes' | 'safety'>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const learnedDays = 7;
/** A request may be under way for so long before caps lose sight of it. */
const longestRequestMs = 4 * hourMs;

type Sums = Readonly<Record<Summed, number>>;

/**
 * What traces say of every agent as of a moment, read once for the whole fleet as far as somebody asks. Rollups must be up to date.
 * @param moment UTC epoch ms, a whole minute
 */
export const trafficAt = (cache: Cache, moment: number): ((agent: string) => TrafficSamples) => {
  const numbers = readAgentNumbers(cache);
  const [quarter, hour] = [bucketOf('quarter', moment * 1000), bucketOf('hour', moment * 1000)];
  const rest: Range = { fromUs: lastQuarter(moment) * 1000, toUs: moment * 1000 };
  const rangeOf = (windowMs: number): Range => ({ fromUs: (moment - windowMs) * 1000, toUs: moment * 1000 });
  const single = once(() => byAgent(readRequests(cache, rest)));
  const quarters = bucketsBack('quarter', quarter, (range) => readSums(cache, range));
  const hours = bucketsBack('hour', hour, (range) => readSums(cache, range));
  const days = Array.from({ length: learnedDays }, (_, at) =>
    bucketsBack('hour', hoursOfDay(moment, 0, at + 1).end, (range) => readSums(cache, range)),
  );
  const sketches = {
    h_dur: sketchesBack(cache, 'h_dur', quarter, hour),
    h_steps: sketchesBack(cache, 'h_steps', quarter, hour),
  };
  const failed = memo((key: string) => {
    const [type, windowMs] = key.split(' ');
    return countErrors(cache, Number(type), rangeOf(Number(windowMs)));
  });
  const weekBefore = memo((fromMs: number) => sumsOfRange(cache, { fromUs: (fromMs - learnedDays * dayMs) * 1000, toUs: fromMs * 1000 }));
  const underWay = memo((windowMs: number) => byAgent(readUnderWay(cache, rangeOf(windowMs), longestRequestMs * 1000)));
  const blocked = memo((windowMs: number) => byAgent(readBlocked(cache, errorCodes.indexOf('guardrail'), rangeOf(windowMs))));
  const named = memo((score: string) => scoresBack(cache, score, { quarter, hour, rest }));

  const sumsOf = (agent: number, { quarters: fine, hours: coarse }: WindowBack): Sums => {
    const sums = emptySums();
    for (const row of single().get(agent) ?? []) addRequest(sums, row);
    for (const row of quarters.of(agent, fine)) addRow(sums, row);
    if (coarse > 0) for (const row of hours.of(agent, coarse)) addRow(sums, row);
    return sums;
  };
  const ofDays = (agent: number, widthMs: number): readonly { readonly windowMs: number; readonly sums: Sums }[] =>
    days.map((day, at) => {
      const { hours: count } = hoursOfDay(moment, widthMs, at + 1);
      const sums = emptySums();
      for (const row of day.of(agent, count)) addRow(sums, row);
      return { windowMs: count * hourMs, sums };
    });
  const encoded = (what: 'h_dur' | 'h_steps', agent: number, window: WindowBack): readonly Uint8Array[] => sketches[what](agent, window);

  return (name) => {
    // Nobody has the number 0 of an agent: it is what belongs to none.
    const agent = numbers.get(name) ?? -1;
    const windowed = (widthMs: number) => {
      const window = windowBack(moment, widthMs);
      return { window, windowMs: window.windowMs, sums: sumsOf(agent, window) };
    };
    return {
      errors: (widthMs, errorType) => {
        const { windowMs, sums } = windowed(widthMs);
        if (errorType === null) return { windowMs, n: sums.n, bad: sums.errors };
        const code = errorCodes.findIndex((each) => each === errorType);
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
      extremes: (widthMs) => extremesOf(cache, underWay(windowBack(moment, widthMs).windowMs).get(agent) ?? []),
      safety: (widthMs) =>
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

const emptySums = (): Record<Summed, number> => ({
  n: 0,
  errors: 0,
  costed: 0,
  costNanos: 0,
  logCost: 0,
  logCostSquares: 0,
  steps: 0,
  qualityN: 0,
  qualitySum: 0,
});

const addRow = (sums: Record<Summed, number>, row: SumRow): void => {
  for (let at = 0; at < summed.length; at++) sums[summed[at] as Summed] += row[at + 2] ?? 0;
};

/** As rollups count a request (stats/cell). */
const addRequest = (sums: Record<Summed, number>, [, isError, costNanos, steps, qualityN, qualitySum]: RequestRow): void => {
  sums.n += 1;
  sums.errors += isError;
  sums.steps += steps;
  sums.qualityN += qualityN;
  sums.qualitySum += qualitySum;
  if (costNanos === null) return;
  const log = Math.log(Math.max(1, costNanos));
  sums.costed += 1;
  sums.costNanos += costNanos;
  sums.logCost += log;
  sums.logCostSquares += log * log;
};

const costSample = (windowMs: number, { costed, costNanos, logCost, logCostSquares }: Sums): CostSample => ({
  windowMs,
  n: costed,
  nanos: costNanos,
  logSum: logCost,
  logSquares: logCostSquares,
});

/** The sums of each agent over a long while, from the coarsest buckets; its ends are whole quarters. */
const sumsOfRange = (cache: Cache, range: Range): ReadonlyMap<number, Sums> => {
  const found = new Map<number, Record<Summed, number>>();
  for (const buckets of coverOf(range, ['quarter', 'hour', 'day']).buckets)
    for (const row of readSums(cache, buckets)) {
      const sums = found.get(row[1]) ?? emptySums();
      addRow(sums, row);
      found.set(row[1], sums);
    }
  return found;
};

const sketchesBack = (cache: Cache, what: 'h_dur' | 'h_steps', quarter: number, hour: number) => {
  const read = (range: Parameters<typeof readSketches>[2]) => readSketches(cache, what, range);
  const fine: BucketsBack<SketchRow> = bucketsBack('quarter', quarter, read);
  const coarse: BucketsBack<SketchRow> = bucketsBack('hour', hour, read);
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
  const fine = bucketsBack('quarter', quarter, (range) => readScoreSums(cache, name, range));
  const coarse = bucketsBack('hour', hour, (range) => readScoreSums(cache, name, range));
  const single = readScoresOf(cache, rest, `s.name = ${name}`);
  return (agent: number, { windowMs, quarters, hours }: WindowBack) => {
    let [n, sum] = [0, 0];
    for (const [, , count = 0, total = 0] of [...fine.of(agent, quarters), ...(hours === 0 ? [] : coarse.of(agent, hours))]) {
      n += count;
      sum += total;
    }
    for (const each of single) {
      if (each.agent !== agent) continue;
      n += 1;
      sum += each.value;
    }
    return { windowMs, n, sum };
  };
};

/** Requests of which the id is only looked up where somebody asks for it: an evaluation looks at thousands and tells of few. */
const extremesOf = (cache: Cache, rows: readonly LongRow[]) => {
  const greatest = (measure: (row: LongRow) => number | null): Extreme | null => {
    let [best, most] = [null as LongRow | null, Number.NEGATIVE_INFINITY];
    for (const row of rows) {
      const value = measure(row);
      if (value === null || value <= most) continue;
      [best, most] = [row, value];
    }
    if (best === null) return null;
    const trace = best[1];
    return {
      value: most,
      get traceId() {
        return traceIdOf(cache, trace);
      },
    };
  };
  return {
    steps: greatest(([, , , steps]) => steps),
    tokens: greatest(([, , , , tokens]) => tokens),
    nanos: greatest(([, , , , , costNanos]) => costNanos),
    n: rows.length,
  };
};

const byAgent = <Row extends readonly [agent: number, ...rest: unknown[]]>(rows: Iterable<Row>): ReadonlyMap<number, readonly Row[]> => {
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
