import { actsWindowMs } from './past-acts.ts';
import type { Scaler } from './scale-replay.ts';
import { decide, gapMs, type Sample, type ScaleRule } from './scale-rule.ts';

/** Of a tenth more or less than its target a Kubernetes autoscaler takes no notice. Source: HPA, default tolerance. */
const tolerance = 0.1;
/** It takes workers away no faster than the most that were wanted in so long, ms. Source: HPA, default stabilization. */
const stabilizationMs = 300_000;

/** The rule of this tool, without anything that would hold it back from outside. */
export const ruleScaler =
  (rule: ScaleRule): Scaler =>
  ({ now, workers, samples, acts }) => {
    const window = recent(samples, now - rule.forMs - gapMs);
    return decide(rule, { now, workers, samples: window, acts: recent(acts, now - actsWindowMs), guards: [], holds: [] }).wanted ?? workers;
  };

/** One target for each worker, as HPA and KEDA scale by default: up and down by the same number, down after five minutes. */
export const targetScaler = ({ upAt, min, max }: Pick<ScaleRule, 'upAt' | 'min' | 'max'>): Scaler => {
  const bounded = (count: number) => Math.min(max ?? Number.POSITIVE_INFINITY, Math.max(min, count));
  return ({ now, workers, samples }) => {
    const wantedFor = ({ depth }: Sample) => bounded(Math.ceil((depth ?? 0) / upAt));
    const newest = samples.at(-1);
    if (newest === undefined || newest.depth === null) return workers;
    const isNear = workers > 0 && Math.abs(newest.depth / (workers * upAt) - 1) <= tolerance;
    const wanted = isNear ? workers : wantedFor(newest);
    if (wanted >= workers) return wanted;
    return Math.min(workers, Math.max(wanted, ...recent(samples, now - stabilizationMs).map(wantedFor)));
  };
};

/** Always as many. */
export const fixedScaler =
  (count: number): Scaler =>
  () =>
    count;

/** Those since an instant, of a long list that is oldest first. */
const recent = <Each extends { readonly at: number }>(all: readonly Each[], since: number): readonly Each[] => {
  let first = all.length;
  while (first > 0 && (all[first - 1] as Each).at >= since) first -= 1;
  return all.slice(first);
};
