import { type CallsBy, dependentsOf } from '../../agents/providers/dependents.ts';
import type { Provider } from '../../agents/providers/provider.ts';
import type { Agent } from '../../fleet/agent.ts';
import type { Alert } from './alert.ts';
import { isFiring } from './alert-state.ts';
import type { ProviderSample } from './conditions/provider-outage.ts';
import { allProviders } from './subject.ts';

/** The providers that alerts tell to be out. */
export const providersOut = (alerts: readonly Pick<Alert, 'agent' | 'label' | 'instance'>[]): ReadonlySet<string> =>
  new Set(alerts.filter(({ agent, instance }) => agent === allProviders && isFiring(instance)).map(({ label }) => label));

/** Who called whom in the widest windows of some samples. */
export const callsIn = (samples: readonly ProviderSample[]): CallsBy => {
  const calls = new Map<string, Map<string, number>>();
  for (const { provider, windows } of samples)
    for (const { agent, n } of windows.at(-1)?.agents ?? []) {
      const of = calls.get(agent) ?? new Map<string, number>();
      calls.set(agent, of.set(provider, n));
    }
  return calls;
};

/** Agent → a provider that is out and that it needs: it calls it, or its chain begins there and no call of it was seen. */
export const agentsBehind = (
  agents: readonly Pick<Agent, 'name' | 'fallback'>[],
  providers: readonly Provider[],
  calls: CallsBy,
  out: ReadonlySet<string>,
): ReadonlyMap<string, string> =>
  new Map(
    [...out].flatMap((provider) =>
      dependentsOf(agents, providers, calls, provider)
        .filter(({ dependence }) => dependence !== 'fallback')
        .map(({ agent }): readonly [string, string] => [agent, provider]),
    ),
  );
