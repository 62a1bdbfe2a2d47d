import type { CaseTally } from './trial.ts';

/**
 * Several accepted runs as one: each case with all its judged trials, back to where it became the case it is now.
 * @param runs their cases, newest run first
 */
export const pooledCases = (runs: readonly (readonly CaseTally[])[]): readonly CaseTally[] => {
  const pool = new Map<string, CaseTally>();
  const closed = new Set<string>();
  for (const tallies of runs) {
    for (const tally of tallies) {
      const known = pool.get(tally.caseId);
      if (closed.has(tally.caseId) || tally.passes + tally.fails === 0) continue;
      if (known === undefined) pool.set(tally.caseId, tally);
      else if (known.hash !== tally.hash) closed.add(tally.caseId);
      else
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
