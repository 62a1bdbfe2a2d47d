import { plural } from '../../ground/output/phrases.ts';
import { addCosts } from '../../telemetry/cost/sum-of-costs.ts';
import type { FleetReport, ReportedAgent } from './report.ts';

/** One model and all that was spent on it. */
export interface ModelShare {
  readonly provider: string;
  readonly model: string;
  readonly agents: number;
  readonly calls: number;
  readonly costNanos: number | null;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** What all agents together spent on each model, dearest first. */
export const modelShares = ({ spend }: Pick<FleetReport, 'spend'>): readonly ModelShare[] => {
  const shares = new Map<string, ModelShare>();
  for (const { provider, model, calls, costNanos, inputTokens, cachedTokens, outputTokens } of spend) {
    const key = `${provider}\n${model}`;
    const known = shares.get(key);
    shares.set(key, {
      ...{ provider, model },
      agents: (known?.agents ?? 0) + 1,
      calls: (known?.calls ?? 0) + calls,
      costNanos: addCosts(known?.costNanos ?? null, costNanos),
      inputTokens: (known?.inputTokens ?? 0) + inputTokens,
      cachedTokens: (known?.cachedTokens ?? 0) + cachedTokens,
      outputTokens: (known?.outputTokens ?? 0) + outputTokens,
    });
  }
  return [...shares.values()].sort(
    (a, b) => (b.costNanos ?? -1) - (a.costNanos ?? -1) || b.calls - a.calls || (a.model < b.model ? -1 : 1),
  );
};

/** What one spender, or all the others together, cost in each bucket; nano-dollars. */
export interface SpendSeries {
  readonly name: string;
  readonly values: readonly number[];
}

/** The agents that spent most over time, and all others as one. */
export const spendSeries = ({ agents, trend }: Pick<FleetReport, 'agents' | 'trend'>, most: number): readonly SpendSeries[] => {
  const ranked = agents
    .filter(({ figures }) => (figures.costNanos ?? 0) > 0)
    .sort((a, b) => (b.figures.costNanos ?? 0) - (a.figures.costNanos ?? 0) || (a.name < b.name ? -1 : 1));
  const first = ranked.slice(0, most);
  const others = ranked.length - first.length;
  return [
    ...first.map(({ name, trendNanos }) => ({ name, values: trendNanos })),
    ...(others === 0 ? [] : [{ name: plural(others, 'other'), values: costOfOthers(trend, first) }]),
  ];
};

/** What all but some agents cost in each bucket, nano-dollars. */
export const costOfOthers = ({ points }: FleetReport['trend'], some: readonly Pick<ReportedAgent, 'trendNanos'>[]): readonly number[] =>
  points.map(({ figures }, at) => some.reduce((left, { trendNanos }) => Math.max(0, left - (trendNanos[at] ?? 0)), figures.costNanos ?? 0));
