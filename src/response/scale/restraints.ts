import type { Mitigation } from '../../controls/actions/mitigation.ts';
import type { Action } from '../../controls/actions/port.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { isFiring } from '../../oversight/alerts/alert-state.ts';
import type { Rule } from '../../oversight/alerts/rule.ts';
import { wholeFleet } from '../../oversight/alerts/subject.ts';

/** Why there must be no more workers, and why there must be no change at all; a sentence each. */
export interface Restraints {
  readonly guards: readonly string[];
  readonly holds: readonly string[];
}

/** What more workers would make worse, by category of its rule. */
const guarded: ReadonlySet<Alert['category']> = new Set(['cost', 'errors']);
/** What else sets how much an agent does: its number of workers is no question of its queue meanwhile. */
const holding: ReadonlySet<Action> = new Set(['scale', 'kill', 'disable']);

/**
 * What keeps the number of an agent's workers from following its queue: more of them would spend more, fail more, or press on a provider that is
 * out; and what a runbook has set for a while is not undone behind its back.
 */
export const restraintsOf = (
  agent: string,
  alerts: readonly Alert[],
  rules: readonly Rule[],
  mitigations: readonly Pick<Mitigation, 'agent' | 'action' | 'id'>[],
): Restraints => {
  const outages = new Set(rules.filter(({ test }) => test.type === 'provider_outage').map(({ name }) => name));
  const firing = alerts.filter((alert) => isFiring(alert.instance));
  const guards = firing.flatMap((alert) => {
    if (alert.agent === agent && outages.has(alert.rule)) return [`a provider of it is out (${alert.rule})`];
    const isOwn = alert.agent === agent && guarded.has(alert.category);
    const isOfAll = alert.agent === wholeFleet && alert.category === 'cost';
    return isOwn || isOfAll ? [`${alert.rule} fires${isOfAll ? ' for the fleet' : ''}`] : [];
  });
  const holds = mitigations.flatMap((each) =>
    each.agent === agent && holding.has(each.action) ? [`${each.action} is in force by ${each.id}`] : [],
  );
  return { guards, holds };
};
