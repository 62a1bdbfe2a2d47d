import { fisherGreater, holm } from '../../ground/math/exact-tests.ts';
import type { Table } from '../../ground/math/hypergeometric.ts';
import { casesIn, clearOf, type Levels, levelsOf, namesOf, type Ruling, wasExtended } from './looks.ts';
import { type Pair, tableOf } from './pairing.ts';
import type { GateSettings } from './suite.ts';

/** A case is asked again only if its own fails would come this rarely by chance. */
const suspicious = 0.1;
/** An adjusted p-value that is no proof, and too small to call it nothing. */
const leaning = 0.1;

/** A case that looked broken at some point. */
export interface SharpCase {
  readonly caseId: string;
  /** Of what was tested last: with the added repeats, where there are any. */
  readonly failsNow: number;
  readonly trialsNow: number;
  readonly failsBefore: number;
  readonly trialsBefore: number;
  /** Fisher's, one-sided. */
  readonly p: number;
  /** Holm's, among all paired cases. */
  readonly adjustedP: number;
  readonly look: 'first' | 'second';
  /** `waiting`: to be asked again; `open`: neither proven nor nothing, and it was asked as often as may be. */
  readonly state: 'broken' | 'waiting' | 'open' | 'cleared';
}

export interface SharpEvidence {
  /** Of the family-wise error. */
  readonly levels: Levels;
  /** Paired cases: among so many the p-values are adjusted. */
  readonly family: number;
  /** In the order of their p-values. */
  readonly cases: readonly SharpCase[];
}

/** One case at one of the looks. */
interface Seen {
  readonly table: Table;
  readonly p: number;
  readonly adjustedP: number;
}

/** Tests every table there is, among all cases: one that was not asked again counts as not found. */
const lookAt = (tables: readonly (Table | null)[]): (Seen | null)[] => {
  const pValues = tables.map((table) => (table === null ? 1 : fisherGreater(table)));
  const adjusted = holm(pValues);
  return tables.map((table, at) => (table === null ? null : { table, p: pValues[at] ?? 1, adjustedP: adjusted[at] ?? 1 }));
};

const dropOf = ({ hits, of, otherHits, otherOf }: Table): number => hits / of - otherHits / otherOf;

/** Always passed before, always fails now: no such case is waved through only because there were too few trials to prove it. */
const hasTurned = ({ hits, of, otherHits }: Table): boolean => otherHits === 0 && hits === of;

/** What the table would be if every added repeat failed. */
const atWorst = (table: Table, repeats: number): Table => ({ ...table, hits: table.hits + repeats, of: table.of + repeats });

/**
 * Finds single cases that broke: Fisher's exact test of each case against itself before, by Holm among all paired cases. A suspicious case whose
 * added repeats could prove it is asked again, and tested at the second look among all cases still: that keeps the family-wise error whichever
 * cases were chosen, as those that were not can only be missing from what is found.
 */
export const judgeSharp = (pairs: readonly Pair[], settings: GateSettings): Ruling<SharpEvidence> => {
  if (pairs.length === 0) return clearOf<SharpEvidence>(null);
  const { minEffect, maxExtraRepeats: extra } = settings;
  const levels = levelsOf(settings.alpha * (1 - settings.broadShare), extra);
  const isFound = ({ table, adjustedP }: Seen, level: number): boolean => adjustedP <= level && dropOf(table) >= minEffect;
  const isWorthAsking = ({ table, p }: Seen): boolean => {
    if (extra === 0 || p > suspicious) return false;
    const worst = atWorst(table, extra);
    return hasTurned(table) || (dropOf(worst) >= minEffect && fisherGreater(worst) * pairs.length <= levels.second);
  };
  const isOpen = ({ table, p, adjustedP }: Seen): boolean =>
    dropOf(table) >= minEffect && (adjustedP <= leaning || (p <= suspicious && hasTurned(table)));
  const stateOf = (first: Seen, second: Seen | null): SharpCase['state'] => {
    if (isFound(first, levels.first) || (second !== null && isFound(second, levels.second))) return 'broken';
    if (second === null && isWorthAsking(first)) return 'waiting';
    return isOpen(second ?? first) ? 'open' : 'cleared';
  };

  const firsts = lookAt(pairs.map((pair) => tableOf(pair, false)));
  const seconds = lookAt(
    pairs.map((pair, at) => {
      const first = firsts[at] ?? null;
      return first !== null && wasExtended(pair.tally, extra) && isWorthAsking(first) ? tableOf(pair, true) : null;
    }),
  );
  const cases = pairs.flatMap(({ tally }, at): SharpCase[] => {
    const [first, second] = [firsts[at] ?? null, seconds[at] ?? null];
    if (first === null) return [];
    const state = stateOf(first, second);
    return second === null && state === 'cleared'
      ? []
      : [caseOf(tally.caseId, second ?? first, second === null ? 'first' : 'second', state)];
  });
  return rulingOf({ levels, family: pairs.length, cases: cases.sort((a, b) => a.p - b.p) });
};

const caseOf = (caseId: string, { table, p, adjustedP }: Seen, look: SharpCase['look'], state: SharpCase['state']): SharpCase => ({
  caseId,
  failsNow: table.hits,
  trialsNow: table.of,
  failsBefore: table.otherHits,
  trialsBefore: table.otherOf,
  p,
  adjustedP,
  look,
  state,
});

const rulingOf = (evidence: SharpEvidence): Ruling<SharpEvidence> => {
  const namesIn = (...states: SharpCase['state'][]): string[] =>
    evidence.cases.filter(({ state }) => states.includes(state)).map(({ caseId }) => caseId);
  const [broken, open] = [namesIn('broken'), namesIn('waiting', 'open')];
  if (broken.length > 0) {
    return { state: 'red', reason: `${casesIn(broken.length)} broke that passed before: ${namesOf(broken)}`, extend: [], evidence };
  }
  if (open.length > 0) {
    const reason = `${casesIn(open.length)} may have broken, with too few trials to tell: ${namesOf(open)}`;
    return { state: 'open', reason, extend: namesIn('waiting'), evidence };
  }
  return clearOf(evidence);
};
