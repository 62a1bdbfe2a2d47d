import { groupedBy } from '../../telemetry/stats/rollup.ts';
import type { ScoreValue } from '../../telemetry/stats/score-values.cache.ts';

/** How the values of a score are spread. */
export interface ScoreSpread {
  readonly score: string;
  /** Null: of all agents together. */
  readonly agent: string | null;
  /** Values that were looked at. */
  readonly n: number;
  readonly mean: number;
  /** Where the first bin begins and the last one ends. */
  readonly low: number;
  readonly high: number;
  /** How many values lie in each of ten equal parts, lowest first; a value on an edge counts in the part above it, the highest in the last. */
  readonly counts: readonly number[];
}

const parts = 10;

/** The spread of every score, and of every score by agent: scores by name, all agents first, then the one with the lowest mean. */
export const scoreSpreads = (values: readonly ScoreValue[]): readonly ScoreSpread[] =>
  [...groupedBy(values, ({ score }) => score)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([score, own]) => {
      const scale = scaleOf(own);
      const ofAgents = [...groupedBy(own, ({ agent }) => agent)].map(([agent, some]) => spreadOf(score, agent, scale, some));
      return [spreadOf(score, null, scale, own), ...ofAgents.sort(byMean)];
    });

const byMean = (a: ScoreSpread, b: ScoreSpread): number => a.mean - b.mean || ((a.agent ?? '') < (b.agent ?? '') ? -1 : 1);

type Scale = Pick<ScoreSpread, 'low' | 'high'>;

/** From 0 to 1 where all values lie there, as nearly all scores do; else what they span. */
const scaleOf = (values: readonly ScoreValue[]): Scale => {
  const low = values.reduce((least, { value }) => Math.min(least, value), 0);
  const high = values.reduce((most, { value }) => Math.max(most, value), 1);
  return { low, high };
};

const spreadOf = (score: string, agent: string | null, { low, high }: Scale, values: readonly ScoreValue[]): ScoreSpread => {
  const counts = new Array<number>(parts).fill(0);
  let [n, sum] = [0, 0];
  for (const each of values) {
    // Hundredths times ten parts are not exact in binary: 0.3 would fall below its edge.
    const part = Math.min(parts - 1, Math.floor(((each.value - low) / (high - low)) * parts + 1e-9));
    counts[part] = (counts[part] ?? 0) + each.n;
    n += each.n;
    sum += each.n * each.value;
  }
  return { score, agent, n, mean: n === 0 ? 0 : sum / n, low, high, counts };
};
