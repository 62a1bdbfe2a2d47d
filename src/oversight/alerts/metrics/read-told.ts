import type { Fleet } from '../../../fleet/agent.ts';
import type { Cache } from '../../../ground/store/port.ts';
import { type AggregateOf, readAggregateRows } from '../../../telemetry/stats/aggregates.cache.ts';
import { fleetOwnership, sourceOfAgent } from '../../../telemetry/traces/fleet-ownership.ts';
import { metricsBackends } from '../../../telemetry/traces/metrics-backends.ts';
import type { Samples } from '../samples.ts';
import { groupTold, type ToldGroup, toldCosts, toldErrors, toldSlow } from '../told.ts';
import { hoursOfDay, windowBack } from './buckets-back.ts';

/** What a backend that counts by itself (`mode: metrics`) says of an agent: nothing of single requests, nor of scores. */
export type ToldSamples = Pick<Samples, 'errors' | 'slow' | 'costs' | 'costsBefore' | 'scores' | 'depth' | 'extremes'>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const learnedDays = 7;
/** Rules look through windows up to so wide, and a few hours of slack. */
const widestMs = 30 * hourMs;

/**
 * What backends say that are read for their figures alone, as of a moment (UTC epoch ms), read once for the whole fleet where somebody asks.
 * Null of an agent whose spans are read.
 */
export const readTold = (cache: Cache, fleet: Fleet): ((moment: number) => (agent: string) => ToldSamples | null) => {
  const backends = new Set(metricsBackends(fleet));
  const told = new Set(fleet.agents.filter(({ name }) => backends.has(sourceOfAgent(fleet, name) ?? '')).map(({ name }) => name));
  if (told.size === 0) return () => () => null;
  return (moment) => {
    let rows: ReadonlyMap<string, readonly AggregateOf[]> | null = null;
    const rowsOf = (agent: string): readonly AggregateOf[] => {
      const range = { fromUs: (moment - learnedDays * dayMs - widestMs) * 1000, toUs: moment * 1000 };
      rows ??= byAgent(readAggregateRows(cache, () => fleetOwnership(fleet), range));
      return rows.get(agent) ?? [];
    };
    return (agent) => (told.has(agent) ? samplesOf(() => groupTold(rowsOf(agent)), moment) : null);
  };
};

const byAgent = (rows: readonly AggregateOf[]): ReadonlyMap<string, readonly AggregateOf[]> => {
  const found = new Map<string, AggregateOf[]>();
  for (const row of rows) {
    const known = found.get(row.agent);
    if (known === undefined) found.set(row.agent, [row]);
    else known.push(row);
  }
  return found;
};

const samplesOf = (read: () => readonly ToldGroup[], moment: number): ToldSamples => {
  let groups: readonly ToldGroup[] | null = null;
  const between = (from: number, to: number): readonly ToldGroup[] => {
    groups ??= read();
    return groups.filter(({ bucketUs }) => bucketUs >= from * 1000 && bucketUs < to * 1000);
  };
  const windowed = (widthMs: number) => {
    const { windowMs } = windowBack(moment, widthMs);
    return { windowMs, of: between(moment - windowMs, moment) };
  };
  const now = (widthMs: number) => {
    const { windowMs, of } = windowed(widthMs);
    return toldCosts(of, windowMs);
  };
  return {
    errors: (widthMs, errorType) => {
      const { windowMs, of } = windowed(widthMs);
      return toldErrors(of, windowMs, errorType);
    },
    slow: (widthMs, thanMs) => {
      const { windowMs, of } = windowed(widthMs);
      return toldSlow(of, windowMs, thanMs);
    },
    costs: (widthMs) => ({
      now: now(widthMs),
      days: Array.from({ length: learnedDays }, (_, at) => {
        const { end, hours } = hoursOfDay(moment, widthMs, at + 1);
        return toldCosts(between((end - hours) * hourMs, end * hourMs), hours * hourMs);
      }),
    }),
    costsBefore: (widthMs) => {
      const until = moment - windowBack(moment, widthMs).windowMs;
      return { now: now(widthMs), before: toldCosts(between(until - learnedDays * dayMs, until), learnedDays * dayMs) };
    },
    scores: () => null,
    depth: () => null,
    extremes: () => null,
  };
};
