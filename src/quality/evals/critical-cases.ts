import { binomial, chanceFrom } from '../../ground/math/hypergeometric.ts';
import { casesIn, clearOf, namesOf, plannedOf, type Ruling, trialsOf, wasExtended } from './looks.ts';
import type { Pair } from './pairing.ts';
import type { GateSettings } from './suite.ts';
import type { CaseTally } from './trial.ts';

export interface CriticalCase {
  readonly caseId: string;
  /** Of the planned repeats. */
  readonly fails: number;
  readonly trials: number;
  /** Of the repeats that were added to confirm it; null: none were. */
  readonly failsAgain: number | null;
  /** `forgiven`: it failed in one look only, and only once. */
  readonly state: 'failed' | 'open' | 'forgiven';
}

export interface CriticalEvidence {
  readonly cases: number;
  readonly notAlwaysPassed: readonly CriticalCase[];
  /** The chance that this rule is red although nothing changed, by how the cases did in the baseline; null: none of them is in it. Not part of alpha. */
  readonly falseRed: number | null;
}

/** So many fails in one look are no single accident. */
const confirming = 2;

const neededOf = (extra: number): number => Math.min(confirming, Math.max(1, extra));

/** The chance that a case fails this rule that fails each of its trials with chance `rate`. */
const chanceToFail = (rate: number, repeats: number, extra: number): number => {
  const planned = binomial(repeats, rate);
  if (extra === 0) return chanceFrom(planned, 1);
  const twice = chanceFrom(planned, confirming);
  return twice + (chanceFrom(planned, 1) - twice) * chanceFrom(binomial(extra, rate), neededOf(extra));
};

const stateOf = (fails: number, failsAgain: number | null, extra: number): CriticalCase['state'] => {
  if (fails >= confirming || (fails > 0 && extra === 0)) return 'failed';
  // Asked again for another rule's sake: what was never in doubt needs two fails there as well.
  if (failsAgain !== null && failsAgain >= (fails > 0 ? neededOf(extra) : confirming)) return 'failed';
  return fails === 0 || failsAgain === 0 ? 'forgiven' : 'open';
};

const caseOf = (tally: CaseTally, extra: number): CriticalCase => {
  const planned = plannedOf(tally);
  const failsAgain = wasExtended(tally, extra) ? tally.fails - planned.fails : null;
  const state = stateOf(planned.fails, failsAgain, extra);
  return { caseId: tally.caseId, fails: planned.fails, trials: trialsOf(planned), failsAgain, state };
};

/**
 * Critical cases must pass every repeat. Two fails in one look are red. A single one is confirmed first: the case is asked again, `maxExtraRepeats`
 * times; it is red if two of them fail, forgiven if none does, and one more fail tells neither. An agent that always failed a critical case now and
 * then is thus rarely red: where it fails a share f of the trials, with a chance of about 3f² + 45f³ for 3 repeats and 6 added ones (0.16 % at 2 %). That
 * chance is beside alpha, which is about change. With no repeats to add, one fail is red.
 */
export const judgeCritical = (tallies: readonly CaseTally[], pairs: readonly Pair[], settings: GateSettings): Ruling<CriticalEvidence> => {
  const critical = tallies.filter(({ severity }) => severity === 'critical');
  if (critical.length === 0) return clearOf<CriticalEvidence>(null);
  const extra = settings.maxExtraRepeats;
  const notAlwaysPassed = critical.filter(({ fails }) => fails > 0).map((tally) => caseOf(tally, extra));
  const evidence = { cases: critical.length, notAlwaysPassed, falseRed: falseRedOf(pairs, extra) };
  const idsOf = (state: CriticalCase['state']): string[] =>
    notAlwaysPassed.filter((each) => each.state === state).map(({ caseId }) => caseId);
  const [failed, open] = [idsOf('failed'), idsOf('open')];
  if (failed.length > 0) {
    return { state: 'red', reason: `${casesIn(failed.length)} that must always pass failed: ${namesOf(failed)}`, extend: [], evidence };
  }
  if (open.length > 0) {
    const extend = notAlwaysPassed.filter(({ state, failsAgain }) => state === 'open' && failsAgain === null).map(({ caseId }) => caseId);
    const reason = `${casesIn(open.length)} that must always pass failed, too rarely to tell an accident from a fault: ${namesOf(open)}`;
    return { state: 'open', reason, extend, evidence };
  }
  return clearOf(evidence);
};

const falseRedOf = (pairs: readonly Pair[], extra: number): number | null => {
  const critical = pairs.filter(({ tally }) => tally.severity === 'critical');
  if (critical.length === 0) return null;
  const spared = critical.reduce((chance, { tally, before }) => {
    const rate = before.fails / trialsOf(before);
    return chance * (1 - chanceToFail(rate, trialsOf(plannedOf(tally)), extra));
  }, 1);
  return 1 - spared;
};
