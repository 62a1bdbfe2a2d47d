import { effectiveTrials, meanShare } from '../../ground/math/clustered.ts';
import { binomialLess } from '../../ground/math/exact-tests.ts';
import { formatShare } from '../../ground/units/amount.ts';
import { sharesOf } from './figures.ts';
import { clearOf, type Levels, levelsOf, plannedTally, type Ruling, wasExtended } from './looks.ts';
import type { GateSettings } from './suite.ts';
import type { CaseTally } from './trial.ts';

/** The chance of red for an agent whose pass rate is exactly at the floor: one tail of a 95 % interval. Beside alpha, which is about change. */
const level = 0.025;

export interface FloorLook {
  readonly passRate: number;
  /** Independent trials that tell as much: all of them, or fewer where cases share clusters. */
  readonly effectiveTrials: number;
  /** The chance of so few passes at the floor (exact binomial; for cases that differ it is an upper bound, Hoeffding 1956). */
  readonly p: number;
}

export interface FloorEvidence {
  readonly minPassRate: number;
  readonly levels: Levels;
  readonly first: FloorLook;
  /** After every case was asked again; null: they were not. */
  readonly second: FloorLook | null;
}

const lookAt = (tallies: readonly CaseTally[], minPassRate: number): FloorLook | null => {
  const shares = sharesOf(tallies);
  const passRate = meanShare(shares);
  if (passRate === null) return null;
  const trials = Math.max(1, Math.round(effectiveTrials(shares)));
  return { passRate, effectiveTrials: trials, p: binomialLess(Math.round(passRate * trials), trials, minPassRate) };
};

/** Red where the pass rate is shown to lie below the floor, clear where it was seen at or above it, open between: near the floor a few cases cannot tell. */
export const judgeFloor = (deciding: readonly CaseTally[], settings: GateSettings): Ruling<FloorEvidence> => {
  const { minPassRate, maxExtraRepeats } = settings;
  const levels = levelsOf(level, maxExtraRepeats);
  const first = minPassRate === null ? null : lookAt(deciding.map(plannedTally), minPassRate);
  if (minPassRate === null || first === null) return clearOf<FloorEvidence>(null);
  const below = ({ passRate }: FloorLook): string =>
    `the pass rate of ${formatShare(passRate)} is below the floor of ${formatShare(minPassRate)}`;
  const evidenceOf = (second: FloorLook | null): FloorEvidence => ({ minPassRate, levels, first, second });
  if (first.p <= levels.first && first.passRate < minPassRate)
    return { state: 'red', reason: below(first), extend: [], evidence: evidenceOf(null) };
  if (first.passRate >= minPassRate) return clearOf(evidenceOf(null));
  const lacking = maxExtraRepeats === 0 ? [] : deciding.filter((tally) => !wasExtended(tally, maxExtraRepeats)).map(({ caseId }) => caseId);
  const second = maxExtraRepeats === 0 || lacking.length > 0 ? null : lookAt(deciding, minPassRate);
  if (second !== null && second.passRate >= minPassRate) return clearOf(evidenceOf(second));
  if (second !== null && second.p <= levels.second)
    return { state: 'red', reason: below(second), extend: [], evidence: evidenceOf(second) };
  const last = second ?? first;
  return { state: 'open', reason: `${below(last)}, by less than chance explains`, extend: lacking, evidence: evidenceOf(second) };
};
