import { fisherGreater } from '../../ground/math/exact-tests.ts';
import type { BroadEvidence } from './broad-drop.ts';
import type { CriticalEvidence } from './critical-cases.ts';
import { type Counts, type Ruling, trialsOf } from './looks.ts';
import { type Pair, tableOf } from './pairing.ts';
import type { SharpEvidence } from './sharp-breaks.ts';
import type { CaseTally } from './trial.ts';

/** A case that got worse. Shares of passes are 0 to 1. */
export interface Regression {
  readonly caseId: string;
  /** `critical`: must always pass and did not; `sharp`: broke by itself; `broad`: one of those that a broad drop is made of, none proven alone. */
  readonly rule: 'critical' | 'sharp' | 'broad';
  /** Holm's for `sharp`, Fisher's otherwise; null: it was not in the baseline. */
  readonly pValue: number | null;
  /** Pass rate in the baseline; null: it was not in it. */
  readonly before: number | null;
  readonly after: number;
}

/** A broad drop is told by the cases that fell most: so many at most. */
const shownOfBroad = 20;

const shareOf = (counts: Counts): number => counts.passes / trialsOf(counts);

/** The cases a red verdict is made of: those that were proven, then those that weigh most in a broad drop. */
export const regressionsOf = (seen: {
  readonly pairs: readonly Pair[];
  readonly tallies: readonly CaseTally[];
  readonly critical: Ruling<CriticalEvidence>;
  readonly sharp: Ruling<SharpEvidence>;
  readonly broad: Ruling<BroadEvidence>;
}): Regression[] => {
  const proven = new Map<string, { readonly rule: Regression['rule']; readonly p: number | null }>();
  const note = (caseId: string, rule: Regression['rule'], p: number | null): void => {
    if (!proven.has(caseId)) proven.set(caseId, { rule, p });
  };
  for (const each of seen.critical.evidence?.notAlwaysPassed ?? []) if (each.state === 'failed') note(each.caseId, 'critical', null);
  for (const each of seen.sharp.evidence?.cases ?? []) if (each.state === 'broken') note(each.caseId, 'sharp', each.adjustedP);
  if (seen.broad.state === 'red') {
    const excess = (pair: Pair): number => trialsOf(pair.tally) * (shareOf(pair.before) - shareOf(pair.tally));
    const fallen = seen.pairs.filter((pair) => excess(pair) > 0).sort((a, b) => excess(b) - excess(a));
    for (const { tally } of fallen.slice(0, shownOfBroad)) note(tally.caseId, 'broad', null);
  }
  const paired = new Map(seen.pairs.flatMap((pair) => (proven.has(pair.tally.caseId) ? [[pair.tally.caseId, pair]] : [])));
  const tallied = new Map(seen.tallies.flatMap((tally) => (proven.has(tally.caseId) ? [[tally.caseId, tally]] : [])));
  return [...proven].flatMap(([caseId, { rule, p }]) => {
    const [pair, tally] = [paired.get(caseId), tallied.get(caseId)];
    if (tally === undefined) return [];
    const pValue = p ?? (pair === undefined ? null : fisherGreater(tableOf(pair, true)));
    return [{ caseId, rule, pValue, before: pair === undefined ? null : shareOf(pair.before), after: shareOf(tally) }];
  });
};
