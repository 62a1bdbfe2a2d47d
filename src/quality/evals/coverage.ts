import { formatShare } from '../../ground/units/amount.ts';
import { casesIn, namesOf, trialsOf } from './looks.ts';
import type { CaseTally } from './trial.ts';

/** More trials than this that could not be judged, and nothing is called good on the rest. */
const mostErrors = 0.05;
/** More cases than this without any judged trial, likewise: one of 40, but not one of 1,000. A critical case always counts. */
const mostUnjudged = 0.01;

export interface Coverage {
  /** Of the cases that decide. */
  readonly trials: number;
  readonly errors: number;
  readonly errorShare: number;
  readonly mostErrors: number;
  /** Cases of which no trial could be judged. */
  readonly unjudged: readonly string[];
  readonly mostUnjudged: number;
  /** Why a run cannot be called good, one sentence; empty: it can. */
  readonly reason: string;
}

const reasonOf = (deciding: readonly CaseTally[], errorShare: number, errors: number, unjudged: readonly CaseTally[]): string => {
  if (deciding.length === 0) return 'no case was asked that decides: all are for information';
  if (errorShare > mostErrors)
    return `${formatShare(errorShare)} of the trials (${errors}) could not be judged, where ${formatShare(mostErrors)} may`;
  const isMissed = unjudged.some(({ severity }) => severity === 'critical') || unjudged.length / deciding.length > mostUnjudged;
  return isMissed ? `${casesIn(unjudged.length)} could not be judged at all: ${namesOf(unjudged.map(({ caseId }) => caseId))}` : '';
};

/** Whether enough could be judged to call a run good. Errors are in no rate, so a target that is down must not look like one that is right. */
export const coverageOf = (deciding: readonly CaseTally[]): Coverage => {
  const judged = deciding.reduce((sum, tally) => sum + trialsOf(tally), 0);
  const errors = deciding.reduce((sum, tally) => sum + tally.errors, 0);
  const trials = judged + errors;
  const errorShare = trials === 0 ? 0 : errors / trials;
  const unjudged = deciding.filter((tally) => trialsOf(tally) === 0);
  const reason = reasonOf(deciding, errorShare, errors, unjudged);
  return { trials, errors, errorShare, mostErrors, unjudged: unjudged.map(({ caseId }) => caseId), mostUnjudged, reason };
};
