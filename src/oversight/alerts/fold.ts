import { type AlertInstance, catchUp, quietInstance, type Transition } from './alert-state.ts';
import { type Announced, announce } from './announcement.ts';
import type { EvaluationInput, SeenAlert, StandingAlert } from './inputs.journal.ts';

/** What an evaluation leaves of an alert, and what came of it. */
export interface Folded extends Announced {
  readonly instance: AlertInstance;
  readonly transitions: readonly Transition[];
}

/** How an alert stood before an evaluation. */
export type Standing = Pick<StandingAlert, 'instance' | 'told'>;

/** An alert at rest: what it was is over and does not count any more. */
export const atRest: Standing = { instance: quietInstance, told: null };

export const isAtRest = ({ instance: { state, changes, flapping }, told }: Standing): boolean =>
  (state === 'inactive' || state === 'resolved') && changes.length === 0 && !flapping && told === null;

/**
 * One alert through one evaluation: judged at every moment, then announced as of now. Everything it looks at is in `seen`, which is
 * journaled: whoever folds that again comes to the same. @param now UTC epoch ms
 */
export const foldAlert = (before: Standing, { observations, timing, severity, route, quiet, remind }: SeenAlert, now: number): Folded => {
  const { instance, transitions } = catchUp(before.instance, observations, timing);
  return { instance, transitions, ...announce({ now, instance, severity, route, told: before.told, quiet, remind }) };
};

/** What tells alerts apart, as one text. */
export const keyText = ({ rule, agent, label }: Pick<StandingAlert, 'rule' | 'agent' | 'label'>): string =>
  JSON.stringify([rule, agent, label]);

/** One evaluation made again. */
export interface Refolded {
  readonly input: EvaluationInput;
  /** What came of every alert that it saw, in the order it was seen in. */
  readonly folded: readonly (Folded & Pick<SeenAlert, 'rule' | 'agent' | 'label'>)[];
  /** Every alert that is not at rest after it. */
  readonly standing: readonly StandingAlert[];
}

/**
 * Makes evaluations again from what they saw, oldest first, beginning with the first that tells how every alert stood before it: the states
 * and announcements that come out are those of the evaluations themselves.
 */
export const refold = (inputs: readonly EvaluationInput[]): readonly Refolded[] => {
  const first = inputs.findIndex(({ standing }) => standing !== null);
  const alerts = new Map<string, StandingAlert>();
  return (first < 0 ? [] : inputs.slice(first)).map((input, at) => {
    if (at === 0) for (const alert of input.standing ?? []) alerts.set(keyText(alert), alert);
    const folded = input.seen.map((seen) => {
      const { rule, agent, label } = seen;
      const result = foldAlert(alerts.get(keyText(seen)) ?? atRest, seen, input.at);
      const after = { rule, agent, label, instance: result.instance, told: result.told };
      if (isAtRest(after)) alerts.delete(keyText(seen));
      else alerts.set(keyText(seen), after);
      return { rule, agent, label, ...result };
    });
    return { input, folded, standing: [...alerts.values()] };
  });
};
