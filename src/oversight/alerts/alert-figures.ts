import type { Alert } from './alert.ts';
import { type AlertState, isFiring } from './alert-state.ts';
import type { Judgement } from './judgement.ts';

/** What was seen, what is too much and what is usual, all three in the unit of the judgement; null: not known, or the rule knows none. */
export type AlertFigures = Pick<Judgement, 'value' | 'threshold' | 'baseline' | 'unit'>;

/** A rule that compares with the usual has a multiple of it as its threshold: here it is that much of what is measured. */
export const figuresOfJudgement = ({ value, threshold, baseline, unit, numbers }: Judgement): AlertFigures => {
  const isMultiple = 'ratio_limit' in numbers;
  return {
    value,
    threshold: !isMultiple ? threshold : threshold === null || baseline === null ? null : threshold * baseline,
    baseline,
    unit,
  };
};

const ranks: readonly AlertState[] = ['firing', 'recovering', 'pending', 'resolved', 'inactive'];

type Sorted = Pick<Alert, 'instance' | 'severity' | 'rule' | 'agent' | 'label'>;

/** What somebody should look at first: firing before pending before over, what pages before what notifies, the newest before older ones. */
export const byUrgency = (a: Sorted, b: Sorted): number =>
  ranks.indexOf(a.instance.state) - ranks.indexOf(b.instance.state) ||
  Number(a.severity === 'notify') - Number(b.severity === 'notify') ||
  sinceOf(b) - sinceOf(a) ||
  (keyOf(a) < keyOf(b) ? -1 : 1);

/** Since when it has been as it is, UTC epoch ms: one that recovers still fires since it began. */
export const sinceOf = ({ instance }: Pick<Alert, 'instance'>): number =>
  isFiring(instance) ? (instance.firedAt ?? instance.since) : instance.since;

const keyOf = ({ rule, agent, label }: Sorted): string => JSON.stringify([rule, agent, label]);
