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
  readonly state: 'broken' | 'open' | 'cleared';
}

export interface SharpEvidence {
  /** Of the family-wise error. */
  readonly levels: Levels;
  /** Paired cases: among so many the p-values are adjusted. */
  readonly family: number;
  /** In the order of their p-values. */
  readonly cases: readonly SharpCase[];
}

const dropOf = ({ hits, of, otherHits, otherOf }: Table): number => hits / of - otherHits / otherOf;

/** Always passed before, always fails now: no such case is waved through only because there were too few trials to prove it. */
const hasTurned = ({ hits, of, otherHits }: Table): boolean => otherHits === 0 && hits === of;

/** What the table would be if every added repeat failed. */
const atWorst = (table: Table, repeats: number): Table => ({ ...table, hits: table.hits + repeats, of: table.of + repeats });

/**
 * Finds single cases that broke: Fisher's exact test of each case against itself before, by Holm among all paired cases. A suspicious case whose
 * added repeats could prove it is asked again and tested at the second look, still among all cases: one that was not asked again counts as
 * not found, which keeps the family-wise error whichever cases were chosen.
 */
export const judgeSharp = (pairs: readonly Pair[], settings: GateSettings): Ruling<SharpEvidence> => {
  if (pairs.length === 0) return clearOf<SharpEvidence>(null);
  const extra = settings.maxExtraRepeats;
  const levels = levelsOf(settings.alpha * (1 - settings.broadShare), extra);
  const first = pairs.map((pair) => tableOf(pair, false));
  const firstP = first.map(fisherGreater);
  const firstAdjusted = holm(firstP);
  const isFound = (table: Table, adjusted: number, level: number): boolean => adjusted <= level && dropOf(table) >= settings.minEffect;
  const wanted = pairs.map((pair, at) => {
    const [table, p] = [first[at], firstP[at]];
    if (extra === 0 || table === undefined || p === undefined || p > suspicious) return null;
    const worst = atWorst(table, extra);
    const isProvable = dropOf(worst) >= settings.minEffect && fisherGreater(worst) * pairs.length <= levels.second;
    return isProvable || hasTurned(table) ? pair : null;
  });
  const secondP = wanted.map((pair) => (pair !== null && wasExtended(pair.tally, extra) ? fisherGreater(tableOf(pair, true)) : 1));
  const secondAdjusted = holm(secondP);

  const cases: SharpCase[] = [];
  const extend: string[] = [];
  for (const [at, pair] of pairs.entries()) {
    const isSecond = wanted[at] !== null && wasExtended(pair.tally, extra);
    const [table, p, adjusted] = isSecond
      ? [tableOf(pair, true), secondP[at] ?? 1, secondAdjusted[at] ?? 1]
      : [tableOf(pair, false), firstP[at] ?? 1, firstAdjusted[at] ?? 1];
    const foundFirst = isFound(tableOf(pair, false), firstAdjusted[at] ?? 1, levels.first);
    const isBroken = foundFirst || (isSecond && isFound(table, adjusted, levels.second));
    const isWaiting = !isBroken && wanted[at] !== null && !isSecond;
    const isOpen = isWaiting || (dropOf(table) >= settings.minEffect && (adjusted <= leaning || (p <= suspicious && hasTurned(table))));
    if (isWaiting) extend.push(pair.tally.caseId);
    if (!isBroken && !isOpen && !isSecond) continue;
    cases.push({
      caseId: pair.tally.caseId,
      failsNow: table.hits,
      trialsNow: table.of,
      failsBefore: table.otherHits,
      trialsBefore: table.otherOf,
      p,
      adjustedP: adjusted,
      look: isSecond ? 'second' : 'first',
      state: isBroken ? 'broken' : isOpen ? 'open' : 'cleared',
    });
  }
  cases.sort((a, b) => a.p - b.p);
  return rulingOf({ levels, family: pairs.length, cases }, extend);
};

const rulingOf = (evidence: SharpEvidence, extend: readonly string[]): Ruling<SharpEvidence> => {
  const namesIn = (state: SharpCase['state']): string[] =>
    evidence.cases.filter((each) => each.state === state).map(({ caseId }) => caseId);
  const [broken, open] = [namesIn('broken'), namesIn('open')];
  if (broken.length > 0) {
    return { state: 'red', reason: `${casesIn(broken.length)} broke that passed before: ${namesOf(broken)}`, extend: [], evidence };
  }
  if (open.length > 0) {
    return {
      state: 'open',
      reason: `${casesIn(open.length)} may have broken, with too few trials to tell: ${namesOf(open)}`,
      extend,
      evidence,
    };
  }
  return clearOf(evidence);
};
