import { binomial, chanceFrom } from '../../ground/math/hypergeometric.ts';
import { casesIn, clearOf, namesOf, plannedOf, type Ruling, trialsOf, wasExtended } from './looks.ts';
import type { Pair } from './pairing.ts';
import type { GateSettings } from './suite.ts';
import type { CaseTally } from './trial.ts';

export interface CriticalCase {
  readonly caseId: string;
  readonly fails: number;
  readonly trials: number;
  /** Not all trials passed, and: it failed twice or was not to be asked again (`failed`), it is to be asked again (`open`), it failed only once (`confirmed`). */
  readonly state: 'failed' | 'open' | 'confirmed';
}

export interface CriticalEvidence {
  readonly cases: number;
  readonly notAlwaysPassed: readonly CriticalCase[];
  /** The chance that this rule is red although nothing changed, by how the cases did in the baseline; null: none of them is in it. Not part of alpha. */
  readonly falseRed: number | null;
}

const failsToFail = 2;

/** The chance that a case fails this rule that fails each of its trials with chance `rate`. */
const chanceToFail = (rate: number, repeats: number, extra: number): number => {
  const planned = binomial(repeats, rate);
  if (extra === 0) return chanceFrom(planned, 1);
  const twice = chanceFrom(planned, failsToFail);
  return twice + (chanceFrom(planned, 1) - twice) * chanceFrom(binomial(extra, rate), 1);
};

const stateOf = (tally: CaseTally, extra: number): CriticalCase['state'] => {
  if (tally.fails >= failsToFail || extra === 0) return 'failed';
  return wasExtended(tally, extra) ? 'confirmed' : 'open';
};

/**
 * Critical cases must pass every repeat. One fail alone is confirmed first: the case is asked again, `maxExtraRepeats` times, and is red if it
 * fails once more. A case that fails a share f of its trials although nothing changed is then red with a chance of about k(k − 1)f²⁄2 + kf × mf for k
 * repeats and m added ones: 0.2 % at f = 1 %, k = 3, m = 6. With no repeats to add, one fail is red.
 */
export const judgeCritical = (tallies: readonly CaseTally[], pairs: readonly Pair[], settings: GateSettings): Ruling<CriticalEvidence> => {
  const critical = tallies.filter(({ severity }) => severity === 'critical');
  if (critical.length === 0) return clearOf<CriticalEvidence>(null);
  const extra = settings.maxExtraRepeats;
  const notAlwaysPassed = critical
    .filter(({ fails }) => fails > 0)
    .map((tally): CriticalCase => ({ caseId: tally.caseId, fails: tally.fails, trials: trialsOf(tally), state: stateOf(tally, extra) }));
  const evidence = { cases: critical.length, notAlwaysPassed, falseRed: falseRedOf(pairs, extra) };
  const idsOf = (state: CriticalCase['state']): string[] =>
    notAlwaysPassed.filter((each) => each.state === state).map(({ caseId }) => caseId);
  const [failed, open] = [idsOf('failed'), idsOf('open')];
  if (failed.length > 0) {
    return { state: 'red', reason: `${casesIn(failed.length)} that must always pass failed: ${namesOf(failed)}`, extend: [], evidence };
  }
  if (open.length > 0) {
    const reason = `${casesIn(open.length)} that must always pass failed once, and must be asked again: ${namesOf(open)}`;
    return { state: 'open', reason, extend: open, evidence };
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
