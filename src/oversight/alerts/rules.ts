import type { Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import { defaultRules } from './default-rules.ts';
import type { Rule } from './rule.ts';
import type { ParsedEntry } from './rule-fields.ts';
import { ruleOf } from './rule-of.ts';
import { allProviders, type Subject, wholeFleet } from './subject.ts';

type Entry = Slot<ParsedEntry>;

/** The rules that a fleet is watched by, in the order of the manifest. A rule of the fleet takes the place of a default of its name. */
export const rulesOf = (fleet: Pick<Fleet, 'sections'>): readonly Rule[] => {
  const entries = fleet.sections['alerts'] as readonly Entry[] | undefined;
  if (entries === undefined) return defaultRules;
  const named = new Set(entries.flatMap(({ config }) => (config.type === 'defaults' ? [] : [config.rule])));
  return entries.flatMap(({ config }) =>
    config.type === 'defaults' ? defaultRules.filter(({ name }) => !named.has(name)) : [ruleOf(config)],
  );
};

/** Whether a rule is about an agent, about the fleet as a whole, or about the providers. */
export const concerns = (rule: Rule, { name, tags, tier }: Pick<Subject, 'name' | 'tags' | 'tier'>): boolean => {
  const { agents } = rule;
  if (name === allProviders || rule.test.type === 'provider_outage') return name === allProviders && rule.test.type === 'provider_outage';
  if (name === wholeFleet) return concernsFleet(rule);
  return (
    (agents.names.length === 0 || agents.names.includes(name)) &&
    agents.tags.every((tag) => tags.includes(tag)) &&
    (agents.tiers.length === 0 || agents.tiers.includes(tier))
  );
};

/** A rule that holds everybody to a budget of their own holds the fleet to that of the fleet. */
const concernsFleet = ({ test, agents: { names, tags, tiers } }: Rule): boolean =>
  test.type === 'spend' && test.limit === 'own' && names.length + tags.length + tiers.length === 0;
