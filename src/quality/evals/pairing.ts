import type { Table } from '../../ground/math/hypergeometric.ts';
import { type Counts, plannedOf, trialsOf } from './looks.ts';
import type { Baseline } from './run.ts';
import type { CaseTally } from './trial.ts';

/** A case that was asked now and in accepted runs, unchanged: it is compared with itself. */
export interface Pair {
  readonly tally: CaseTally;
  readonly planned: Counts;
  readonly before: Counts;
  /** With repeats that were added: only where both sides were asked side by side, as accepted runs leave them out. */
  readonly beforeAll: Counts;
}

/** Ids of cases, in the order of the run; of `removed`, of the baseline. */
export interface Pairing {
  readonly pairs: readonly Pair[];
  /** In the baseline under another hash. */
  readonly changed: readonly string[];
  /** Not in the baseline, or never judged there. */
  readonly fresh: readonly string[];
  /** Only in the baseline: removed from the suite, or not selected. */
  readonly removed: readonly string[];
}

/** Holds every case against itself in the baseline. Pairs are of cases that decide and were judged on both sides. */
export const pairUp = (tallies: readonly CaseTally[], baseline: Baseline | null): Pairing => {
  const known = new Map(baseline?.cases.map((tally) => [tally.caseId, tally]));
  const pairs: Pair[] = [];
  const changed: string[] = [];
  const fresh: string[] = [];
  for (const tally of tallies) {
    const before = known.get(tally.caseId);
    known.delete(tally.caseId);
    const counts = before === undefined ? null : plannedOf(before);
    const planned = plannedOf(tally);
    if (before === undefined || counts === null || trialsOf(counts) === 0) fresh.push(tally.caseId);
    else if (before.hash !== tally.hash) changed.push(tally.caseId);
    else if (tally.severity !== 'info' && trialsOf(planned) > 0) pairs.push({ tally, planned, before: counts, beforeAll: before });
  }
  return { pairs, changed, fresh, removed: [...known.keys()] };
};

/** Fails now against fails before. `all`: with the repeats that were added. */
export const tableOf = ({ tally, planned, before, beforeAll }: Pair, all: boolean): Table => {
  const [now, then] = all ? [tally, beforeAll] : [planned, before];
  return { hits: now.fails, of: trialsOf(now), otherHits: then.fails, otherOf: trialsOf(then) };
};
