import { z } from 'zod';
import { digArray, digString } from '../ground/json.ts';
import type { Fleet } from './agent.ts';
import type { Contradiction } from './consistency.ts';
import { periodField } from './fields.ts';
import { type BudgetCap, budgetCaps, defaultPolicies, type Policy, requirements } from './policy.ts';
import { quoted } from './problem-words.ts';
import type { Section } from './slots.ts';

const entry = z.strictObject({
  policy: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be a name: lower-case letters, digits, dot, dash and underscore')
    .optional()
    .describe('Its name, unique in the fleet; default what it requires.'),
  require: z
    .enum([...requirements, 'defaults'])
    .describe(
      'owner: somebody owns it. checks: checks ask it something. kill_bound, kill_drilled: it can be killed, and a drill did so of late. fallback: its chain crosses providers. fallback_drilled: each link of it answered a drill of late, and different providers did. budget: what it spends is bounded. guardrails: guardrail spans stand in its traces. tools: those it may call are listed. protected: a request that does not end is stopped within seconds, by its gateway or by serve. defaults: what is asked of a fleet that names no policies.',
    ),
  severity: z.enum(['error', 'warning']).optional().describe('error fails policy check; default error.'),
  tiers: z.array(z.int().min(1).max(3)).optional().describe('Only agents of these tiers.'),
  envs: z.array(z.string()).optional().describe('Only agents of these environments.'),
  tags: z.array(z.string()).optional().describe('Only agents that have all of them.'),
  within: periodField()
    .optional()
    .describe('kill_drilled, fallback_drilled, guardrails: how far back counts; default 30d, of guardrails 7d.'),
  at_least: z.int().min(1).max(100).optional().describe('checks: so many, default 1; fallback: so many providers, default 2.'),
  caps: z
    .array(z.enum(Object.keys(budgetCaps) as [BudgetCap, ...BudgetCap[]]))
    .optional()
    .describe('budget: the caps that must be set; default any of per_hour, per_day and per_month.'),
});
type Entry = z.output<typeof entry>;

const nameOf = ({ policy, require }: Pick<Entry, 'policy' | 'require'>): string => policy ?? require;

/** `policies:` */
export const policies: Section = {
  schema: z
    .array(entry)
    .describe(
      'What every agent must have, for policy check. A fleet without it is held to default policies; { require: defaults } keeps them.',
    ),
  contradictions: (manifest) => duplicates(digArray(manifest, 'policies')),
};

const duplicates = (entries: readonly unknown[]): readonly Contradiction[] => {
  const names = entries.map((each) => digString(each, 'policy') ?? digString(each, 'require'));
  return names.flatMap((name, at): readonly Contradiction[] =>
    name === null || names.indexOf(name) === at
      ? []
      : [
          {
            path: ['policies', at],
            message: `is called as another policy is (found ${quoted(name)})`,
            hint: 'give one of the two a name of its own with policy:',
          },
        ],
  );
};

/** The policies that a fleet is held to, in the order of the manifest. A policy of the fleet takes the place of a default of its name. */
export const policiesOf = (fleet: Pick<Fleet, 'sections'>): readonly Policy[] => {
  const entries = fleet.sections['policies'] as readonly Entry[] | undefined;
  if (entries === undefined) return defaultPolicies;
  const named = new Set(entries.filter(({ require }) => require !== 'defaults').map(nameOf));
  return entries.flatMap((each) =>
    each.require === 'defaults' ? defaultPolicies.filter(({ name }) => !named.has(name)) : [policyOf(each, each.require)],
  );
};

const policyOf = (each: Entry, require: Policy['require']): Policy => {
  const usual = defaultPolicies.find((policy) => policy.require === require);
  return {
    name: nameOf(each),
    require,
    severity: each.severity ?? 'error',
    tiers: each.tiers ?? [],
    envs: each.envs ?? [],
    tags: each.tags ?? [],
    withinMs: each.within ?? usual?.withinMs ?? 0,
    atLeast: each.at_least ?? usual?.atLeast ?? 1,
    caps: each.caps ?? [],
  };
};
