import { fisherGreater } from './exact-tests.ts';
import { binomial, chanceFrom } from './hypergeometric.ts';
import { crossing } from './normal.ts';

/** One case before it is asked again: how many trials it will have, and what is known of it. */
export interface Planned {
  readonly trials: number;
  readonly otherHits: number;
  readonly otherOf: number;
}

/** Finest step in which a detectable difference is told. */
const grain = 1e-4;

/** The fewest hits that are a finding: significant at `level` in one table of all cases, and at least `minEffect` above the other share; null: not even all of them. */
const fewestFound = (trials: number, otherHits: number, otherOf: number, level: number, minEffect: number): number | null => {
  const found = (hits: number): boolean =>
    hits / trials - otherHits / otherOf >= minEffect && fisherGreater({ hits, of: trials, otherHits, otherOf }) <= level;
  if (!found(trials)) return null;
  let [low, high] = [0, trials];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (found(middle)) high = middle;
    else low = middle;
  }
  return high;
};

/**
 * The smallest rise of the share of hits, the same in every case (as far as it is not at 1 already), that a one-sided test at `level` finds with
 * chance `power`; null where it would find none. Exact for one table of all cases; the stratified test sees at least as much of it, as it knows
 * which cases were prone to hits before. Given what is known of the other group, which is held to be its true share.
 */
export const detectableRise = (cases: readonly Planned[], level: number, minEffect: number, power: number): number | null => {
  const total = (of: (each: Planned) => number): number => cases.reduce((sum, each) => sum + of(each), 0);
  const trials = total((each) => each.trials);
  const [otherHits, otherOf] = [total((each) => each.otherHits), total((each) => each.otherOf)];
  if (trials === 0 || otherOf === 0) return null;
  const needed = fewestFound(trials, otherHits, otherOf, level, minEffect);
  if (needed === null) return null;
  const shareAt = (rise: number): number =>
    total((each) => each.trials * Math.min(1, (each.otherOf === 0 ? otherHits / otherOf : each.otherHits / each.otherOf) + rise)) / trials;
  const missed = (rise: number): number => 1 - chanceFrom(binomial(trials, shareAt(rise)), needed);
  if (missed(1) > 1 - power) return null;
  return Math.ceil(crossing((steps) => missed(Math.round(steps) * grain), 1 - power, 0, 1 / grain)) * grain;
};
