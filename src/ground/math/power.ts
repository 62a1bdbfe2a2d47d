import { fisherGreater } from './exact-tests.ts';
import { binomial, chanceFrom, type Distribution } from './hypergeometric.ts';

/** One case before it is asked again: how many trials it will have, and what is known of it. */
export interface Planned {
  readonly trials: number;
  readonly otherHits: number;
  /** Above 0. */
  readonly otherOf: number;
}

/** Finest step in which a detectable difference is told. */
const grain = 1e-4;

/** How the test will be made: at once, and again with `extra` more trials of each case where the first look was suspicious without being a finding. */
export interface TwoLooks {
  /** P-values, one-sided. */
  readonly first: number;
  readonly suspicious: number;
  readonly second: number;
  /** 0: there is no second look. */
  readonly extra: number;
  /** The smallest difference of the shares that counts, at either look. */
  readonly minEffect: number;
}

/** The fewest hits of `trials` whose p-value is at most `level`, and whose share is at least `minEffect` above the other's; one more than all of them where there are none. */
const fewest = (trials: number, otherHits: number, otherOf: number, level: number, minEffect: number): number => {
  const reaches = (hits: number): boolean =>
    hits / trials - otherHits / otherOf >= minEffect && fisherGreater({ hits, of: trials, otherHits, otherOf }) <= level;
  let [low, high] = [-1, trials + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (reaches(middle)) high = middle;
    else low = middle;
  }
  return high;
};

/**
 * The smallest rise of the share of hits, the same in every case (as far as it is not at 1 already), that is found with chance `power`; null where
 * none is. Exact for one table of all cases, which the stratified test comes close to; given what is known of the other group, which is held to be
 * its true share.
 */
export const detectableRise = (cases: readonly Planned[], looks: TwoLooks, power: number): number | null => {
  const total = (of: (each: Planned) => number): number => cases.reduce((sum, each) => sum + of(each), 0);
  const trials = total((each) => each.trials);
  const [otherHits, otherOf] = [total((each) => each.otherHits), total((each) => each.otherOf)];
  if (trials === 0 || otherOf === 0) return null;
  const added = cases.length * looks.extra;
  const found = fewest(trials, otherHits, otherOf, looks.first, looks.minEffect);
  const suspicious = added === 0 ? found : fewest(trials, otherHits, otherOf, looks.suspicious, looks.minEffect);
  const foundLater = fewest(trials + added, otherHits, otherOf, looks.second, looks.minEffect);
  const foundAt = (share: number): number => {
    const now = binomial(trials, share);
    if (suspicious === found) return chanceFrom(now, found);
    const fromTheEnd = tailsOf(binomial(added, share));
    let chance = chanceFrom(now, found);
    for (let hits = suspicious; hits < found; hits++) chance += (now.chances[hits - now.from] ?? 0) * fromTheEnd(foundLater - hits);
    return chance;
  };
  const shareAt = (rise: number): number => total((each) => each.trials * Math.min(1, each.otherHits / each.otherOf + rise)) / trials;
  const missed = (steps: number): number => 1 - foundAt(shareAt(steps * grain));
  const last = Math.round(1 / grain);
  if (missed(last) > 1 - power) return null;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (missed(middle) > 1 - power) low = middle;
    else high = middle;
  }
  return high * grain;
};

/** The chance of `at` or more, for many `at`. */
const tailsOf = ({ from, chances }: Distribution): ((at: number) => number) => {
  const tails = Float64Array.from(chances);
  for (let at = tails.length - 2; at >= 0; at--) tails[at] = (tails[at] ?? 0) + (tails[at + 1] ?? 0);
  return (at) => (at <= from ? 1 : (tails[at - from] ?? 0));
};
