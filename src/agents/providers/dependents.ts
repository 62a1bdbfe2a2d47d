import type { Agent } from '../../fleet/agent.ts';
import { chainOf, hopAfter } from './chain.ts';
import type { Provider } from './provider.ts';

/** How an agent depends on a provider: it calls it, its chain begins there, or it would fall back on it. */
export type Dependence = 'calls' | 'first' | 'fallback';

/** An agent that depends on a provider. */
export interface Dependent {
  readonly agent: string;
  readonly dependence: Dependence;
  /** The share of its calls that went there; null: none of its calls was seen. */
  readonly share: number | null;
  /** The next link of its chain that is another provider, as `fallback` has it; null: there is none. */
  readonly next: string | null;
}

/** Agent → provider → calls. */
export type CallsBy = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Fewer of an agent's calls are an errand: it would do without them. */
const leastShare = 0.05;

/** Who depends on a provider, those first that feel it most. */
export const dependentsOf = (
  agents: readonly Pick<Agent, 'name' | 'fallback'>[],
  providers: readonly Provider[],
  calls: CallsBy,
  provider: string,
): readonly Dependent[] =>
  agents
    .flatMap(({ name, fallback }): readonly Dependent[] => {
      const chain = chainOf(providers, { fallback });
      const of = calls.get(name);
      const all = of === undefined ? 0 : [...of.values()].reduce((sum, n) => sum + n, 0);
      const share = all === 0 ? null : (of?.get(provider) ?? 0) / all;
      const dependence = dependenceOf(
        share,
        chain.map((hop) => hop.provider),
        provider,
      );
      return dependence === null ? [] : [{ agent: name, dependence, share, next: hopAfter(chain, provider)?.name ?? null }];
    })
    .sort(
      (a, b) =>
        order.indexOf(a.dependence) - order.indexOf(b.dependence) || (b.share ?? 0) - (a.share ?? 0) || (a.agent < b.agent ? -1 : 1),
    );

const order: readonly Dependence[] = ['calls', 'first', 'fallback'];

const dependenceOf = (share: number | null, chain: readonly string[], provider: string): Dependence | null => {
  if (share !== null && share >= leastShare) return 'calls';
  if (share === null && chain[0] === provider) return 'first';
  return chain.includes(provider) ? 'fallback' : null;
};
