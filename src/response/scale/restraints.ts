import type { Mitigation } from '../../controls/actions/mitigation.ts';
import type { Action } from '../../controls/actions/port.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { isFiring } from '../../oversight/alerts/alert-state.ts';
import type { Rule } from '../../oversight/alerts/rule.ts';
import { allProviders, wholeFleet } from '../../oversight/alerts/subject.ts';

/** Why there must be no more workers, and why there must be no change at all; a sentence each. */
export interface Restraints {
  readonly guards: readonly string[];
  readonly holds: readonly string[];
}

/** What more workers would make worse, by category of its rule. */
const guarded: ReadonlySet<Alert['category']> = new Set(['cost', 'errors']);
/** What else sets how much an agent does: its number of workers is no question of its queue meanwhile. */
const holding: ReadonlySet<Action> = new Set(['scale', 'kill', 'disable']);

/** An agent, and the provider that it asks first; null: the manifest does not say. */
export interface Restrained {
  readonly name: string;
  readonly provider: string | null;
}

/**
 * What keeps the number of an agent's workers from following its queue: more of them would spend more, fail more, or press on a provider that is
 * out; and what a runbook has set for a while is not undone behind its back.
 */
export const restraintsOf = (
  { name, provider }: Restrained,
  alerts: readonly Alert[],
  rules: readonly Rule[],
  mitigations: readonly Pick<Mitigation, 'agent' | 'action' | 'id'>[],
): Restraints => {
  const outages = new Set(rules.filter(({ test }) => test.type === 'provider_outage').map((rule) => rule.name));
  const guards = alerts
    .filter(({ instance }) => isFiring(instance))
    .flatMap(({ rule, agent, label, category }) => {
      if (agent === allProviders) return outages.has(rule) && label === provider ? [`${provider}, which it asks first, is out`] : [];
      if (agent === wholeFleet) return category === 'cost' ? [`${rule} fires for the fleet`] : [];
      return agent === name && guarded.has(category) ? [`${rule} fires`] : [];
    });
  const holds = mitigations.flatMap(({ agent, action, id }) =>
    agent === name && holding.has(action) ? [`${action} is in force by ${id}`] : [],
  );
  return { guards, holds };
};
