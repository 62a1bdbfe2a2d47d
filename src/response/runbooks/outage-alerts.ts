import { chainOf } from '../../agents/providers/chain.ts';
import { providersOf } from '../../agents/providers/provider.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';
import { allProviders } from '../../oversight/alerts/subject.ts';
import type { FiredAlert } from './trigger.ts';

/** What a runbook calls the models that are tried first and then, as `provider-outage` does. */
const linkNames = ['first', 'second', 'third'] as const;

/** The links of a chain behind a provider that are of others, by the names that runbooks have for them; empty: it leads nowhere. */
const linksBehind = (
  fleet: Pick<Fleet, 'sections'>,
  agent: Pick<Agent, 'fallback'>,
  provider: string,
): Readonly<Record<string, string>> => {
  const others = chainOf(providersOf(fleet), agent).filter((hop) => hop.provider !== provider);
  return Object.fromEntries(
    linkNames.flatMap((name, at): (readonly [string, string])[] => (others[at] === undefined ? [] : [[name, others[at].name]])),
  );
};

/**
 * What the alert of a provider means to each agent that can be moved away from it: its chain begins there and leads to others, and its
 * failover is bound. What it is moved to is what the manifest says. Any other alert means what it says.
 */
export const alertsOfAgents = <Alert extends FiredAlert & { readonly agent: string }>(
  fleet: Pick<Fleet, 'agents' | 'sections'>,
  alert: Alert,
): readonly (Alert & Pick<FiredAlert, 'params'>)[] => {
  const { agent: subject, label = '' } = alert;
  if (subject !== allProviders) return [alert];
  return fleet.agents.flatMap((agent) => {
    const [first] = chainOf(providersOf(fleet), agent);
    const params = linksBehind(fleet, agent, label);
    const isMovable = agent.controls.failover !== null && first?.provider === label && 'first' in params;
    return isMovable ? [{ ...alert, agent: agent.name, params }] : [];
  });
};
