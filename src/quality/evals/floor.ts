import { clusteredInterval, meanShare } from '../../ground/math/clustered.ts';
import { normalQuantile } from '../../ground/math/normal.ts';
import { sharesOf } from './figures.ts';
import { clearOf, type Levels, levelsOf, percent, plannedTally, type Ruling, wasExtended } from './looks.ts';
import type { GateSettings } from './suite.ts';
import type { CaseTally } from './trial.ts';

/** The chance of red for an agent whose pass rate is exactly at the floor: one tail of a 95 % interval. Beside alpha, which is about change. */
const level = 0.025;

export interface FloorLook {
  readonly passRate: number;
  /** The pass rate lies below this, but for the chance of this look's level. */
  readonly upper: number;
}

export interface FloorEvidence {
  readonly minPassRate: number;
  readonly levels: Levels;
  readonly first: FloorLook;
  /** After every case was asked again; null: they were not. */
  readonly second: FloorLook | null;
}

const lookAt = (tallies: readonly CaseTally[], tail: number): FloorLook | null => {
  const shares = sharesOf(tallies);
  const passRate = meanShare(shares);
  const upper = clusteredInterval(shares, normalQuantile(tail))?.high;
  return passRate === null || upper === undefined ? null : { passRate, upper };
};

/** Red where the pass rate is shown to lie below the floor, clear where it was seen at or above it, open between: near the floor a few cases cannot tell. */
export const judgeFloor = (deciding: readonly CaseTally[], settings: GateSettings): Ruling<FloorEvidence> => {
  const { minPassRate, maxExtraRepeats } = settings;
  const levels = levelsOf(level, maxExtraRepeats);
  const first = minPassRate === null ? null : lookAt(deciding.map(plannedTally), levels.first);
  if (minPassRate === null || first === null) return clearOf<FloorEvidence>(null);
  const below = ({ passRate }: FloorLook): string => `the pass rate of ${percent(passRate)} is below the floor of ${percent(minPassRate)}`;
  const evidenceOf = (second: FloorLook | null): FloorEvidence => ({ minPassRate, levels, first, second });
  if (first.upper < minPassRate) return { state: 'red', reason: below(first), extend: [], evidence: evidenceOf(null) };
  if (first.passRate >= minPassRate) return clearOf(evidenceOf(null));
  const lacking = maxExtraRepeats === 0 ? [] : deciding.filter((tally) => !wasExtended(tally, maxExtraRepeats)).map(({ caseId }) => caseId);
  const second = maxExtraRepeats === 0 || lacking.length > 0 ? null : lookAt(deciding, levels.second);
  if (second !== null && second.passRate >= minPassRate) return clearOf(evidenceOf(second));
  if (second !== null && second.upper < minPassRate)
    return { state: 'red', reason: below(second), extend: [], evidence: evidenceOf(second) };
  const last = second ?? first;
  return { state: 'open', reason: `${below(last)}, by less than chance explains`, extend: lacking, evidence: evidenceOf(second) };
};
