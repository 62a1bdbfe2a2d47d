import { type Contribution, clusteredExcess } from '../../ground/math/clustered.ts';
import { cmhGreater, momentsOf } from '../../ground/math/exact-tests.ts';
import type { Table } from '../../ground/math/hypergeometric.ts';
import { detectableRise } from '../../ground/math/power.ts';
import { clearOf, clusterOf, type Levels, levelsOf, type Ruling, trialsOf, wasExtended } from './looks.ts';
import { type Pair, tableOf } from './pairing.ts';
import type { GateSettings } from './suite.ts';

/** A drop that would come this rarely by chance, and matters, is worth asking again. */
const suspicious = 0.15;
/** A p-value that is no proof, and too small to call it nothing. */
const leaning = 0.1;

/** One look at all paired cases together. */
export interface BroadLook {
  /** The larger of the two below: the drop must hold by both. */
  readonly p: number;
  /** Of the stratified test of Cochran, Mantel and Haenszel, one-sided. */
  readonly pairedP: number;
  /** Of the same excess between clusters; null: every case stands for itself. */
  readonly clusteredP: number | null;
  /** False: too many cases for the exact distribution, so by the normal approximation. */
  readonly exact: boolean;
  readonly fails: number;
  /** Fails that would have come where nothing changed. */
  readonly expectedFails: number;
  readonly trials: number;
  /** By how much the pass rate fell, case by case, 0 to 1; below 0: it rose. */
  readonly drop: number;
}

export interface BroadEvidence {
  readonly levels: Levels;
  readonly minEffect: number;
  readonly first: BroadLook;
  /** After every paired case was asked again; null: it was not. */
  readonly second: BroadLook | null;
}

/** The difference of two shares, stratified by case (Mantel and Haenszel's weights). */
const stratifiedDrop = (tables: readonly Table[]): number => {
  let [sum, weights] = [0, 0];
  for (const { hits, of, otherHits, otherOf } of tables) {
    const weight = (of * otherOf) / (of + otherOf);
    sum += weight * (hits / of - otherHits / otherOf);
    weights += weight;
  }
  return sum / weights;
};

const lookAt = (pairs: readonly Pair[], all: boolean): BroadLook => {
  const tables = pairs.map((pair) => tableOf(pair, all));
  const { p, hits, expected, exact } = cmhGreater(tables);
  const clusters = new Set(pairs.map(({ tally }) => clusterOf(tally)));
  const contributions = tables.map((table, at): Contribution => {
    const moments = momentsOf(table);
    const tally = pairs[at]?.tally ?? { caseId: '', cluster: null };
    return { excess: table.hits - moments.expected, variance: moments.variance, cluster: clusterOf(tally) };
  });
  const clusteredP = clusters.size === pairs.length ? null : clusteredExcess(contributions);
  return {
    p: Math.max(p, clusteredP ?? 0),
    pairedP: p,
    clusteredP,
    exact,
    fails: hits,
    expectedFails: expected,
    trials: tables.reduce((sum, { of }) => sum + of, 0),
    drop: stratifiedDrop(tables),
  };
};

/**
 * Finds a drop over the whole suite that no single case proves: all cases, each against itself before. Red needs both: unlikely by chance, and at
 * least `minEffect`. All paired cases are asked again or none: choosing among them by what they answered would bend the second test.
 * It knows nothing of days: what a whole run has in common, such as a provider that is worse for an hour, looks like a drop, as the baseline is
 * pooled over its runs. Two agents asked side by side are free of that.
 */
export const judgeBroad = (pairs: readonly Pair[], settings: GateSettings): Ruling<BroadEvidence> => {
  if (pairs.length === 0) return clearOf<BroadEvidence>(null);
  const { minEffect, maxExtraRepeats } = settings;
  const levels = levelsOf(settings.alpha * settings.broadShare, maxExtraRepeats);
  const first = lookAt(pairs, false);
  const lacking = pairs.filter(({ tally }) => !wasExtended(tally, maxExtraRepeats)).map(({ tally }) => tally.caseId);
  const reason = ({ drop, p }: BroadLook): string => `the pass rate fell by ${(drop * 100).toFixed(1)} points (p = ${p.toPrecision(2)})`;
  if (first.p <= levels.first && first.drop >= minEffect) {
    return { state: 'red', reason: reason(first), extend: [], evidence: { levels, minEffect, first, second: null } };
  }
  const isWorthAsking = maxExtraRepeats > 0 && first.p <= suspicious && first.drop >= minEffect;
  if (isWorthAsking && lacking.length > 0) {
    const open = `${reason(first)}, which may be chance in ${first.trials.toLocaleString('en-US')} trials`;
    return { state: 'open', reason: open, extend: lacking, evidence: { levels, minEffect, first, second: null } };
  }
  const second = isWorthAsking ? lookAt(pairs, true) : null;
  const evidence = { levels, minEffect, first, second };
  if (second !== null && second.p <= levels.second && second.drop >= minEffect) {
    return { state: 'red', reason: reason(second), extend: [], evidence };
  }
  const last = second ?? first;
  if (last.p <= leaning && last.drop >= minEffect) {
    return { state: 'open', reason: `${reason(last)}, which is neither proof nor nothing`, extend: [], evidence };
  }
  return clearOf(evidence);
};

/** The chance with which a drop of the detectable size is found. */
const power = 0.8;

/** The smallest drop of the pass rate, the same in every case, that this suite finds with a chance of 80 %, repeats it may add included; null: none. */
export const detectableDropOf = (pairs: readonly Pair[], settings: GateSettings): number | null => {
  const { minEffect, maxExtraRepeats: extra } = settings;
  const planned = pairs.map((pair) => ({ trials: trialsOf(pair.planned), otherHits: pair.before.fails, otherOf: trialsOf(pair.before) }));
  return detectableRise(planned, { ...levelsOf(settings.alpha * settings.broadShare, extra), suspicious, extra, minEffect }, power);
};
