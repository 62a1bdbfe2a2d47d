import type { Agent } from '../../fleet/agent.ts';
import { knownAs, type Provider } from './provider.ts';

/** One link of a fallback chain. */
export interface Hop {
  /** As `fallback` has it. */
  readonly name: string;
  /** The provider it means, by the one name it goes by. */
  readonly provider: string;
  /** The model it names behind the provider; null: that of the provider's probe. */
  readonly model: string | null;
}

/** What a link of a chain means: a provider, or a model behind one (`openai/gpt-5-mini`). */
export const hopOf = (providers: readonly Provider[], name: string): Hop => {
  const slash = name.indexOf('/');
  if (slash <= 0 || providers.some((each) => each.name === name)) return { name, provider: knownAs(providers, name), model: null };
  return { name, provider: knownAs(providers, name.slice(0, slash)), model: name.slice(slash + 1) || null };
};

/** The chain of an agent, in order. */
export const chainOf = (providers: readonly Provider[], { fallback }: Pick<Agent, 'fallback'>): readonly Hop[] =>
  fallback.map((name) => hopOf(providers, name));

/**
 * Where an agent goes once a provider is gone: the first link behind it that is another provider, or the first of all where the provider is
 * none of its chain. Null: nowhere.
 */
export const hopAfter = (chain: readonly Hop[], provider: string): Hop | null => {
  const at = chain.findIndex((hop) => hop.provider === provider);
  return chain.slice(at + 1).find((hop) => hop.provider !== provider) ?? null;
};
