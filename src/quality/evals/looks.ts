import type { CaseTally, Outcomes } from './trial.ts';

/**
 * A run is looked at once, or twice: after the planned repeats, and again after repeats were added where the verdict was open. Each test
 * splits its alpha between the looks, so that looking twice finds no more by chance: error spending (Lan and DeMets 1983, Biometrika 70)
 * in its Bonferroni form, which needs nothing of how the looks depend on each other. What is tested at the second look is what would have been
 * tested had everything been asked that often from the start; which cases are asked again may then depend on anything seen at the first.
 */
export interface Levels {
  readonly first: number;
  /** 0: there is no second look. */
  readonly second: number;
}

/** Half for each look: real breaks are mostly found at the first, and the second has twice the trials and more. */
const firstShare = 0.5;

/** How alpha is spent where `maxExtraRepeats` allow a second look, or not. */
export const levelsOf = (alpha: number, maxExtraRepeats: number): Levels =>
  maxExtraRepeats > 0 ? { first: alpha * firstShare, second: alpha * (1 - firstShare) } : { first: alpha, second: 0 };

/** What one rule makes of a run. `open`: it cannot tell, unless the cases in `extend` are asked again; empty: not even then. */
export interface Ruling<Evidence> {
  readonly state: 'clear' | 'red' | 'open';
  /** One sentence for people, without a full stop; empty where it is clear. */
  readonly reason: string;
  readonly extend: readonly string[];
  /** Every number it was derived from; null: the rule was not asked. */
  readonly evidence: Evidence | null;
}

/** A rule that was not asked, or found nothing. */
export const clearOf = <Evidence>(evidence: Evidence | null): Ruling<Evidence> => ({ state: 'clear', reason: '', extend: [], evidence });

/** Passes and fails: what could be judged. */
export interface Counts {
  readonly passes: number;
  readonly fails: number;
}

export const trialsOf = ({ passes, fails }: Counts): number => passes + fails;

const nothing: Outcomes = { passes: 0, fails: 0, errors: 0 };

/** The trials that were planned, without those that were added. */
export const plannedOf = ({ passes, fails, errors, added = nothing }: CaseTally): Outcomes => ({
  passes: passes - added.passes,
  fails: fails - added.fails,
  errors: errors - added.errors,
});

/** A case as if nothing had been added. */
export const plannedTally = (tally: CaseTally): CaseTally => {
  const { added, ...rest } = tally;
  if (added === undefined) return tally;
  return { ...rest, ...plannedOf(tally) };
};

/** True once a case was asked as often again as it may be. Trials that could not be judged were asked as well. */
export const wasExtended = ({ added = nothing }: CaseTally, maxExtraRepeats: number): boolean =>
  maxExtraRepeats > 0 && trialsOf(added) + added.errors >= maxExtraRepeats;

const named = 3;

/** The first few names, and how many more there are. */
export const namesOf = (names: readonly string[]): string =>
  names.length <= named ? names.join(', ') : `${names.slice(0, named).join(', ')} and ${names.length - named} more`;

/** `1 case`, `2 cases`. */
export const casesIn = (count: number): string => `${count.toLocaleString('en-US')} ${count === 1 ? 'case' : 'cases'}`;

/** A case without a cluster is one by itself; the mark keeps it from meeting a cluster of its name. */
export const clusterOf = ({ caseId, cluster }: { readonly caseId: string; readonly cluster: string | null }): string =>
  cluster === null ? `case ${caseId}` : `cluster ${cluster}`;
