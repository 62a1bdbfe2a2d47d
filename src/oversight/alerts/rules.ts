import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import { defaultRules } from './default-rules.ts';
import type { Rule } from './rule.ts';
import type { ParsedEntry } from './rule-fields.ts';
import { ruleOf } from './rule-of.ts';

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

/** Whether a rule is about an agent. */
export const concerns = ({ agents: { names, tags, tiers } }: Rule, agent: Pick<Agent, 'name' | 'tags' | 'tier'>): boolean =>
  (names.length === 0 || names.includes(agent.name)) &&
  tags.every((tag) => agent.tags.includes(tag)) &&
  (tiers.length === 0 || tiers.includes(agent.tier));
