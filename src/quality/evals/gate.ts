import { seededRandom } from '../../ground/math/seeded.ts';
import { formatShare } from '../../ground/units/amount.ts';
import { type BroadEvidence, detectableDropOf, judgeBroad } from './broad-drop.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { type CriticalEvidence, judgeCritical } from './critical-cases.ts';
import { type Figures, figuresOf, type Spread, spreadOf } from './figures.ts';
import { type FloorEvidence, judgeFloor } from './floor.ts';
import { casesIn, type Ruling } from './looks.ts';
import { type Pairing, pairUp } from './pairing.ts';
import { type Regression, regressionsOf } from './regressions.ts';
import type { Baseline, Verdict } from './run.ts';
import { judgeSharp, type SharpEvidence } from './sharp-breaks.ts';
import type { GateSettings } from './suite.ts';
import type { CaseTally } from './trial.ts';

/** All a verdict is derived from. */
export interface GateInput {
  /** Every selected case, in the order of the suite. */
  readonly tallies: readonly CaseTally[];
  /** Null: nothing was accepted yet. */
  readonly baseline: Baseline | null;
  readonly settings: GateSettings;
  /** Every planned trial was asked. Not so: stopped, capped, or broken off. */
  readonly complete: boolean;
  /** Planned trials of a case, where the case says nothing else: k. */
  readonly repeats: number;
  /** Milliseconds, one list a case; absent: not measured. */
  readonly latenciesMs?: readonly (readonly number[])[];
  /** Nano-dollars, one list a case; absent: not known. */
  readonly costsNanos?: readonly (readonly number[])[];
}

/** `flaky`: it both passed and failed; `error`: no trial could be judged. */
export type CaseStatus = 'pass' | 'fail' | 'flaky' | 'error';

export interface CaseResult {
  readonly caseId: string;
  /** All that were asked, errors among them. */
  readonly trials: number;
  readonly passes: number;
  readonly errors: number;
  readonly status: CaseStatus;
}

/** Every number the verdict was derived from. */
export interface GateEvidence {
  readonly settings: GateSettings;
  readonly complete: boolean;
  readonly coverage: Coverage;
  /** Cases that decide. */
  readonly deciding: number;
  /** Cases held against themselves in the baseline. */
  readonly paired: number;
  readonly pairing: Omit<Pairing, 'pairs'>;
  readonly baseline: { readonly source: string; readonly runs: number } | null;
  readonly critical: CriticalEvidence | null;
  readonly sharp: SharpEvidence | null;
  readonly broad: BroadEvidence | null;
  readonly floor: FloorEvidence | null;
}

/** What a run came to. Shares are 0 to 1. */
export interface GateResult extends Figures {
  readonly verdict: Verdict;
  /** Whole sentences for people: what decided, and what could not be seen. */
  readonly reason: string;
  /** The smallest drop of the pass rate that would have been found with a chance of 80 %; null: none, or nothing to compare with. */
  readonly detectableDrop: number | null;
  readonly latency: Spread | null;
  readonly cost: Spread | null;
  readonly cases: readonly CaseResult[];
  readonly regressions: readonly Regression[];
  /** Cases to be asked again, each `extraRepeats` times and no fewer, before it is judged again; empty unless that could settle it. */
  readonly extend: readonly string[];
  readonly extraRepeats: number;
  readonly evidence: GateEvidence;
}

/** Any seed would do; the same input must give the same interval. */
const seed = 4;

const caseResult = (tally: CaseTally): CaseResult => {
  const { caseId, passes, fails, errors } = tally;
  const status = passes + fails === 0 ? 'error' : fails === 0 ? 'pass' : passes === 0 ? 'fail' : 'flaky';
  return { caseId, trials: passes + fails + errors, passes, errors, status };
};

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** What a reader must know of what the verdict could not see. */
const limitsOf = (verdict: Verdict, evidence: GateEvidence, detectableDrop: number | null): readonly string[] => {
  // What was not asked for lack of an end says nothing of the baseline.
  if (verdict === 'no-verdict' && !evidence.complete) return [];
  if (evidence.baseline === null) return ['there is no baseline: only the floor and critical cases gate'];
  if (evidence.paired === 0) return ['no case of the baseline was asked unchanged: only the floor and critical cases gate'];
  const others = evidence.deciding - evidence.paired;
  const missed = evidence.pairing.removed.length;
  const unpaired = [
    ...(others === 0 ? [] : [`${casesIn(others)} could not be compared: new, changed, or not judged`]),
    ...(missed === 0 ? [] : [`${casesIn(missed)} of the baseline ${missed === 1 ? 'was' : 'were'} not asked`]),
  ];
  if (verdict === 'fail' || verdict === 'no-verdict') return unpaired;
  const drop = detectableDrop === null ? null : (detectableDrop * 100).toFixed(1);
  return [
    drop === null ? 'with so few trials no drop could be seen' : `a drop of ${drop} points would be seen with a chance of 80 %`,
    ...unpaired,
  ];
};

interface Ruled {
  readonly verdict: Verdict;
  readonly because: readonly string[];
  readonly extend: readonly string[];
}

/** Normal cases that failed where there is nothing to judge them by: neither cases to compare with, nor a floor, nor critical cases. */
const unexplainedOf = (deciding: readonly CaseTally[], paired: number, { minPassRate }: GateSettings): number =>
  paired > 0 || minPassRate !== null || deciding.some(({ severity }) => severity === 'critical')
    ? 0
    : deciding.filter(({ fails }) => fails > 0).length;

/** Red beats everything: what was shown stays shown. Then a run that saw too little cannot be called good; then come the rules that cannot tell. */
const ruleOn = (rulings: readonly Ruling<unknown>[], complete: boolean, coverage: Coverage, unexplained: number): Ruled => {
  const inState = (state: Ruling<unknown>['state']): readonly Ruling<unknown>[] => rulings.filter((ruling) => ruling.state === state);
  const red = inState('red');
  if (red.length > 0) return { verdict: 'fail', because: red.map(({ reason }) => reason), extend: [] };
  if (!complete) return { verdict: 'no-verdict', because: ['the run did not come to its end'], extend: [] };
  if (coverage.reason !== '') return { verdict: 'no-verdict', because: [coverage.reason], extend: [] };
  const open = inState('open');
  if (open.length > 0) {
    const extend = [...new Set(open.flatMap((ruling) => ruling.extend))];
    return { verdict: 'inconclusive', because: open.map(({ reason }) => reason), extend };
  }
  if (unexplained > 0) {
    const because = `${casesIn(unexplained)} failed, and nothing says whether they may: no baseline, no floor, no critical case`;
    return { verdict: 'inconclusive', because: [because], extend: [] };
  }
  return { verdict: 'pass', because: [], extend: [] };
};

/** Derives the verdict on a run. The same input gives the same result, before and after repeats were added: nothing else is remembered between looks. */
export const judgeRun = (input: GateInput): GateResult => {
  const { tallies, baseline, settings, complete } = input;
  const deciding = tallies.filter(({ severity }) => severity !== 'info');
  const pairing = pairUp(tallies, baseline);
  const { pairs, ...unpaired } = pairing;
  const coverage = coverageOf(deciding);
  // How many trials there are of a run that was broken off depends on what broke it: only the fails of critical cases count in any number.
  const compared = complete ? pairs : [];
  const critical = judgeCritical(tallies, pairs, settings);
  const sharp = judgeSharp(compared, settings);
  const broad = judgeBroad(compared, settings);
  const floor = judgeFloor(complete ? deciding : [], settings);
  const rulings = [critical, sharp, broad, floor];
  const unexplained = unexplainedOf(deciding, pairs.length, settings);
  const { verdict, because, extend } = ruleOn(rulings, complete, coverage, unexplained);
  const figures = figuresOf(deciding, input.repeats, settings.maxExtraRepeats);
  const evidence: GateEvidence = {
    settings,
    complete,
    coverage,
    deciding: deciding.length,
    paired: pairs.length,
    pairing: unpaired,
    baseline: baseline === null ? null : { source: baseline.source, runs: baseline.runs },
    critical: critical.evidence,
    sharp: sharp.evidence,
    broad: broad.evidence,
    floor: floor.evidence,
  };
  const detectableDrop = detectableDropOf(pairs, settings);
  const passed = figures.passRate === null ? 'nothing was judged' : `${formatShare(figures.passRate)} passed`;
  const opening = verdict !== 'pass' ? because : [pairs.length > 0 ? `${passed}, and nothing got worse as far as can be told` : passed];
  return {
    verdict,
    reason: [...opening, ...limitsOf(verdict, evidence, detectableDrop)].map(sentence).join(' '),
    ...figures,
    detectableDrop,
    latency: spreadOf(input.latenciesMs ?? [], seededRandom(seed)),
    cost: spreadOf(input.costsNanos ?? [], seededRandom(seed)),
    cases: tallies.map(caseResult),
    regressions: regressionsOf({ pairs: compared, tallies, critical, sharp, broad }),
    extend,
    extraRepeats: settings.maxExtraRepeats,
    evidence,
  };
};
