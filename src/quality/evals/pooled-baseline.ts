import type { CaseTally } from './trial.ts';

/**
 * Several accepted runs as one: each case with all its trials, as far as it is the case it was when it was last accepted.
 * @param runs their cases, newest run first
 */
export const pooledCases = (runs: readonly (readonly CaseTally[])[]): readonly CaseTally[] => {
  const pool = new Map<string, CaseTally>();
  for (const tallies of runs) {
    for (const tally of tallies) {
      const known = pool.get(tally.caseId);
      if (known === undefined) pool.set(tally.caseId, tally);
      else if (known.hash === tally.hash)
        pool.set(tally.caseId, {
          ...known,
          passes: known.passes + tally.passes,
          fails: known.fails + tally.fails,
          errors: known.errors + tally.errors,
        });
    }
  }
  return [...pool.values()];
};
