import type { Fleet } from '../../fleet/agent.ts';
import { suggestion } from '../../fleet/problem-words.ts';
import { requireAgent } from '../../fleet/select.ts';
import { usageError } from '../../ground/errors.ts';
import type { Alert } from './alert.ts';
import { type AlertName, readAlertName } from './alert-name.ts';
import type { Rule } from './rule.ts';
import { rulesOf } from './rules.ts';
import { allProviders, fleetSubject, providersSubject, type Subject, wholeFleet } from './subject.ts';

/** The rule of that name. Throws a usage error that names the nearest one. */
export const requireRule = (rules: readonly Rule[], name: string): Rule => {
  const found = rules.find((rule) => rule.name === name);
  if (found !== undefined) return found;
  const names = rules.map((rule) => rule.name);
  throw usageError({
    code: 'rule_unknown',
    message: `there is no alert rule ${JSON.stringify(name)}`,
    hint: suggestion(name, names) ?? `there is ${names.join(', ')}`,
  });
};

/** The agent of that name, the fleet as a whole, or the providers. Throws a usage error where there is no such agent, or no budget that the fleet is held to. */
export const requireSubject = (fleet: Fleet, name: string): Subject => {
  if (name === allProviders) return providersSubject;
  if (name !== wholeFleet) return requireAgent(fleet, name);
  const whole = fleetSubject(fleet);
  if (whole !== null) return whole;
  throw usageError({
    code: 'budget_unset',
    message: 'the manifest sets no budget of the fleet, so that no rule is about it',
    hint: 'agentops explain budget',
  });
};

/**
 * What was typed as `RULE[/AGENT[/LABEL]]`. Throws a usage error where the fleet has no such rule or agent and none of its alerts, which
 * outlive both, is called so.
 */
export const requireAlertName = (fleet: Fleet, alerts: readonly Pick<Alert, 'rule' | 'agent'>[], typed: string): AlertName => {
  const name = readAlertName(typed);
  if (name === null)
    throw usageError({
      code: 'alert_name_invalid',
      message: `${JSON.stringify(typed)} names no alert`,
      hint: 'write it like cost/support; agentops alerts list names those that fire',
    });
  if (!alerts.some(({ rule }) => rule === name.rule)) requireRule(rulesOf(fleet), name.rule);
  if (name.agent !== null && !alerts.some(({ agent }) => agent === name.agent)) requireSubject(fleet, name.agent);
  return name;
};
